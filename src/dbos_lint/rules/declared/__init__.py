"""What is declared of the rules: one module a category, which loads no visitor."""
