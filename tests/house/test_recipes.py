"""Each recipe of CONTRIBUTING.md, followed to the letter in a copy of the tree."""

import pytest

from tests.house import recipes

MOST_FILES = {"refusal": 2, "fault": 2, "stage": 4}


@pytest.mark.parametrize("name", MOST_FILES)
def test_a_recipe_works_as_it_is_written(name, tmp_path):
    recipe = recipes.read(name)
    recipes.copy_tree(tmp_path)
    for change in recipe.changes:
        change.apply(tmp_path)
    assert recipe.commands
    for command in recipe.commands:
        run = recipes.run(command, tmp_path)
        assert run.returncode == 0, f"{command}\n{run.stdout[-3000:]}{run.stderr[-2000:]}"


@pytest.mark.parametrize("name", MOST_FILES)
def test_a_recipe_touches_few_files(name):
    assert 1 <= recipes.files_to_touch(name) <= MOST_FILES[name]
