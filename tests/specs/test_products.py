"""Data products as forms."""

from piste.specs.products import Form, read_product
from piste.specs.specification import Status

FULL = {
    "id": "11111111-1111-4111-8111-111111111111",
    "name": "Performance tracking",
    "description": "Tracks performance",
    "domain": "Marketing",
    "owner": "IT department",
    "accessInstructions": "In the warehouse",
    "status": "deprecated",
    "sourceApplications": ["22222222-2222-4222-8222-222222222222"],
    "lockStatus": "locked",
    "managedFrom": "git",
}


def test_what_is_read_is_printed_again() -> None:
    form = read_product(FULL)
    assert isinstance(form, Form)
    assert form.product.to_json() == FULL


def test_specifications_that_come_back_are_passed_over() -> None:
    """Whatever they are: a specification names its product."""
    plain = read_product(FULL)
    for given in ([], [{"id": 5}], "x", None):
        assert read_product({**FULL, "eventSpecs": given}) == plain


def test_a_status_stays_when_none_is_given() -> None:
    form = read_product({"name": "Checkout"})
    assert isinstance(form, Form)
    assert form.at("id", Status.PUBLISHED).status is Status.PUBLISHED
    form = read_product({"name": "Checkout", "status": "draft"})
    assert isinstance(form, Form)
    assert form.at("id", Status.PUBLISHED).status is Status.DRAFT


def test_ids_are_of_one_case() -> None:
    """So that one application cannot stand twice."""
    one, other = "AAAAAAAA-1111-4111-8111-111111111111", "aaaaaaaa-1111-4111-8111-111111111111"
    form = read_product({"name": "a", "sourceApplications": [one]})
    assert isinstance(form, Form)
    assert form.product.source_applications == (other,)
    flaws = read_product({"name": "a", "sourceApplications": [one, other]})
    assert isinstance(flaws, tuple)
    assert [flaw.source for flaw in flaws] == ["sourceApplications"]
