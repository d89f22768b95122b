"""The learner's copy of the notebooks, and JupyterLab opened on it."""
