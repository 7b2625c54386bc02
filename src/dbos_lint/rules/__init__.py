"""The rules: one module and one visitor a category, all driven by one walk."""
