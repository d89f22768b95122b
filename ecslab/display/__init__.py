"""How something is shown to the learner: messages, progress, tables and frames."""
