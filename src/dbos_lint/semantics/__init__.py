"""What the text means: names, things, entities, effects and contexts. No rule, no code, no message lives here."""
