"""The notebooks live at the top of the repository and travel inside the package as ecslab/_notebooks."""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages(include=["ecslab*"]), "ecslab._notebooks"],
    package_dir={"ecslab._notebooks": "notebooks"},
)
