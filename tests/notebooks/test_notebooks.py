"""Each notebook is stored without results, and runs from a fresh folder to its end."""

import re
import shutil

import nbformat
import pytest

from tests.support.example_ward import EXAMPLE, example_ward
from tests.tidy.source import ROOT

FOLDER = ROOT / "notebooks"
# What a person has run beside them is not the project's.
NAMES = sorted(one.stem for one in FOLDER.glob("*.ipynb") if not one.stem.endswith("_run"))
# Of one cell; a whole notebook takes some ten seconds on an idle core.
CELL_S_MAX = 120
PNG = "image/png"
PICTURES = {"ward_month": 5, "validation": 1}


def read(name):
    return nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def results_of(notebook):
    """Return the places of cells that hold results of a run."""
    return [
        place
        for place, cell in enumerate(code_cells(notebook))
        if cell.outputs or cell.execution_count is not None or "execution" in cell.metadata
    ]


# Tornado, on which the kernel's client rests, leaves its sockets to the collector.
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def run(notebook, folder):
    """Run a notebook in a folder, in a kernel of its own; return it with its results."""
    from nbclient import NotebookClient

    place = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, timeout=CELL_S_MAX, resources=place).execute()
    return notebook


def outputs_of(notebook):
    return [output for cell in code_cells(notebook) for output in cell.outputs]


def test_both_notebooks_are_seen():
    assert set(NAMES) == set(PICTURES)


@pytest.mark.parametrize("name", NAMES)
def test_notebook_is_stored_without_results(name):
    notebook = read(name)
    nbformat.validate(notebook)
    assert results_of(notebook) == []
    assert notebook.metadata.kernelspec.name == "python3"


def test_stored_result_is_found():
    notebook = read(NAMES[0])
    output = nbformat.v4.new_output("stream", text="12 h")
    code_cells(notebook)[2].outputs.append(output)
    code_cells(notebook)[3].execution_count = 4
    assert results_of(notebook) == [2, 3]


@pytest.mark.parametrize("name", NAMES)
def test_notebook_makes_the_ward_of_this_test(name):
    said = "".join(cell.source for cell in code_cells(read(name)))
    found = dict(re.findall(r'"--(\w+)", "(\d+)"', said))
    assert found == {
        "infants": str(EXAMPLE.infants),
        "days": str(EXAMPLE.days),
        "stay": str(EXAMPLE.stay_days),
        "seed": str(EXAMPLE.seed),
    }


@pytest.mark.parametrize("name", NAMES)
def test_notebook_runs_to_its_end(name, tmp_path_factory, tmp_path):
    before = sorted(FOLDER.iterdir())
    ward = example_ward(tmp_path_factory)
    shutil.copytree(ward, tmp_path / "example-ward")
    outputs = outputs_of(run(read(name), tmp_path))
    assert [one for one in outputs if one.output_type == "stream"] == []
    pictures = [one for one in outputs if PNG in one.get("data", {})]
    assert len(pictures) == PICTURES[name]
    assert len(outputs) > 10
    # It ran in the folder that it was given, and left the project's as it was.
    assert sorted(FOLDER.iterdir()) == before


def test_notebook_that_fails_is_found(tmp_path):
    from nbclient.exceptions import CellExecutionError

    wrong = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("assert 1 == 2")])
    with pytest.raises(CellExecutionError, match="AssertionError"):
        run(wrong, tmp_path)
