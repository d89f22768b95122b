"""The stages of the course: one module or package each, its words in a folder for each language."""
