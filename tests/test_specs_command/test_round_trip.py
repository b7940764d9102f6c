"""`piste specs push` and `pull` between a folder and a running Piste."""

import json
import re
from collections.abc import Callable
from pathlib import Path

from ruamel.yaml import YAML

from .conftest import KEY, Done, Server
from .files import APP, CHECKOUT, PAY, SEARCH, SHOP, contents, write_plan

Specs = Callable[..., Done]


def test_files_become_a_plan_and_a_second_push_changes_nothing(
    server: Server, specs: Specs, vendor: str, tmp_path: Path
) -> None:
    """Everything arrives as it is written, and the folder is left alone by both commands."""
    write_plan(tmp_path, vendor)
    before = contents(tmp_path)

    pushed = specs("push", tmp_path)
    assert (pushed.returncode, pushed.stderr) == (0, ""), pushed.stdout
    assert "6 to create" in pushed.stdout
    assert f"+    vendor: {vendor}" in pushed.stdout
    assert f"--- (nothing)\n+++ data-structures/{vendor}/ui_actions.yaml\n" in pushed.stdout
    assert f"create data-structure {vendor}/ui_actions 1-0-0 (data-str" in pushed.stdout

    (structure,) = [
        one for one in server.ask("GET", "/data-structures/v1") if one["vendor"] == vendor
    ]
    assert {one["env"] for one in structure["deployments"]} == {"DEV", "VALIDATED"}
    assert structure["meta"]["customData"] == {"team": "web"}
    shop, app = sorted(server.ask("GET", "/source-apps/v1")["data"], key=lambda one: one["id"])
    assert (shop["id"], shop["appIds"], app["id"]) == (SHOP, ["shop-web"], APP)
    (product,) = server.ask("GET", "/data-products/v2")["data"]
    assert (product["id"], product["sourceApplications"]) == (CHECKOUT, [SHOP, APP])
    specifications = {one["id"]: one for one in server.ask("GET", "/event-specs/v1")["data"]}
    search, pay = specifications[SEARCH], specifications[PAY]
    assert (search["version"], search["status"]) == (0, "draft")
    assert search["sourceApplications"] == [SHOP]
    assert search["triggers"][0]["image"] == {"$ref": "./images/search.png"}
    assert "comment" not in search["event"]
    assert "sourceApplications" not in pay
    assert pay["dataProductId"] == CHECKOUT

    state = server.state()
    again = specs("push", tmp_path)
    assert (again.returncode, again.stdout, again.stderr) == (0, "6 unchanged\n", "")
    assert server.state() == state

    pulled = specs("pull", tmp_path)
    assert (pulled.returncode, pulled.stderr) == (0, "")
    mine = {path: one for path, one in contents(tmp_path).items() if path in before}
    assert mine == before
    assert f"data-structures/{vendor}/ui_actions.yaml" not in pulled.stdout
    assert specs("push", tmp_path).stdout.count("unchanged") == 1


def test_what_is_pulled_can_be_pushed_and_pulled_again(
    server: Server, specs: Specs, vendor: str, tmp_path: Path
) -> None:
    """Into an empty folder, in the layout of the tool that others use; twice gives the same."""
    write_plan(tmp_path / "a", vendor)
    assert specs("push", tmp_path / "a").returncode == 0
    done = specs("pull", tmp_path / "b")
    assert (done.returncode, done.stderr) == (0, "")
    first = contents(tmp_path / "b")
    assert {
        f"data-structures/{vendor}/ui_actions.yaml",
        "data-products/checkout.yaml",
        "data-products/source-apps/shop.yaml",
        "data-products/source-apps/app.yaml",
    } <= set(first)

    document = YAML(typ="safe").load((tmp_path / "b/data-products/checkout.yaml").read_text())
    assert list(document) == ["apiVersion", "resourceType", "resourceName", "data"]
    assert document["data"]["sourceApplications"] == [
        {"$ref": "./source-apps/shop.yaml"},
        {"$ref": "./source-apps/app.yaml"},
    ]
    search, pay = document["data"]["eventSpecifications"]
    assert search["excludedSourceApplications"] == [{"$ref": "./source-apps/app.yaml"}]
    assert pay["entities"]["tracked"][0]["maxCardinality"] == 1

    state = server.state()
    assert specs("push", tmp_path / "b").returncode == 0
    assert server.state() == state
    again = specs("pull", tmp_path / "b")
    assert again.stdout.startswith("0 written, ")
    assert contents(tmp_path / "b") == first
    specs("pull", tmp_path / "c")
    assert {path: one[0] for path, one in contents(tmp_path / "c").items()} == {
        path: one[0] for path, one in first.items()
    }


def test_a_dry_run_shows_the_difference_and_changes_nothing(
    server: Server, specs: Specs, vendor: str, tmp_path: Path
) -> None:
    """Neither on the server nor in the folder."""
    files = write_plan(tmp_path, vendor)
    state = server.state()
    done = specs("push", tmp_path, "--dry-run")
    assert (done.returncode, done.stderr) == (0, "")
    assert "6 to create" in done.stdout
    assert "done:" not in done.stdout
    assert server.state() == state

    assert specs("push", tmp_path).returncode == 0
    text = files["product"].read_text()
    files["product"].write_text(text.replace("name: Pay", "name: Pay all"))
    before = contents(tmp_path)
    state = server.state()
    changed = specs("push", tmp_path, "--dry-run").stdout
    assert "update event-specification Pay all (data-products/checkout.yaml)" in changed
    assert "\n-name: Pay\n+name: Pay all\n" in changed
    assert changed.endswith("1 to update, 5 unchanged\n")
    pulled = specs("pull", tmp_path, "--dry-run").stdout
    assert "update data-products/checkout.yaml\n" in pulled
    assert "-      name: Pay all\n+      name: Pay\n" in pulled
    assert contents(tmp_path) == before
    assert server.state() == state


def test_a_change_is_a_new_draft_and_comments_outlive_a_pull(
    server: Server, specs: Specs, vendor: str, tmp_path: Path
) -> None:
    """What the server says otherwise is written into the file, around what people wrote there."""
    files = write_plan(tmp_path, vendor)
    assert specs("push", tmp_path, "--publish").returncode == 0
    text = files["product"].read_text()
    files["product"].write_text(text.replace("name: Pay", "name: Pay all"))
    done = specs("push", tmp_path)
    assert done.returncode == 0, done.stderr
    pay = server.ask("GET", f"/event-specs/v1/{PAY}?withHistory=true")
    assert [(one["version"], one["status"]) for one in pay["includes"]] == [
        (0, "draft"),
        (1, "published"),
        (2, "draft"),
    ]
    files["product"].write_text(text)
    pulled = specs("pull", tmp_path)
    assert "update data-products/checkout.yaml\n" in pulled.stdout
    assert files["product"].read_text().splitlines() == [
        line.replace("name: Pay", "name: Pay all") for line in text.splitlines()
    ]


def test_publish_brings_structures_to_production_and_publishes_specifications(
    server: Server, specs: Specs, vendor: str, tmp_path: Path
) -> None:
    """After a push without it, too; and then there is nothing more to publish."""
    write_plan(tmp_path, vendor)
    assert specs("push", tmp_path).returncode == 0
    done = specs("push", tmp_path, "--publish")
    assert (done.returncode, done.stderr) == (0, "")
    assert "publish event-specification Search, Pay\n" in done.stdout
    assert f"done: publish data-structure {vendor}/ui_actions 1-0-0\n" in done.stdout
    assert "5 unchanged, 2 to publish\n" in done.stdout
    statuses = [one["status"] for one in server.ask("GET", "/event-specs/v1")["data"]]
    assert statuses == ["published", "published"]
    state = server.state()
    (structure,) = [
        one for one in server.ask("GET", "/data-structures/v1") if one["vendor"] == vendor
    ]
    assert {one["env"] for one in structure["deployments"]} == {"VALIDATED", "DEV", "PROD"}
    assert specs("push", tmp_path, "--publish").stdout == "6 unchanged\n"
    assert specs("push", tmp_path).stdout == "6 unchanged\n"
    assert server.state() == state


def test_what_the_apis_keep_beside_the_files_stays(
    server: Server, specs: Specs, vendor: str, tmp_path: Path
) -> None:
    """A product's status and instructions, and who manages a specification."""
    files = write_plan(tmp_path, vendor)
    assert specs("push", tmp_path).returncode == 0
    product = server.ask("GET", f"/data-products/v2/{CHECKOUT}")["data"][0]
    more = {"accessInstructions": "Ask Ann", "managedFrom": "git", "status": "published"}
    server.ask("PUT", f"/data-products/v2/{CHECKOUT}", {**product, **more})
    spec = server.ask("GET", f"/event-specs/v1/{PAY}")["data"][0]
    spec |= {"version": 1, "lockStatus": "locked"}
    server.ask("PUT", f"/event-specs/v1/{PAY}", {"spec": spec})
    assert specs("push", tmp_path).stdout == "6 unchanged\n"
    text = files["product"].read_text().replace("name: Checkout", "name: Till")
    files["product"].write_text(text.replace("name: Pay", "name: Pay all"))
    assert specs("push", tmp_path).returncode == 0
    after = server.ask("GET", f"/data-products/v2/{CHECKOUT}")["data"][0]
    assert after == {**product, **more, "name": "Till"}
    assert server.ask("GET", f"/event-specs/v1/{PAY}")["data"][0]["lockStatus"] == "locked"


def test_only_prune_deletes(server: Server, specs: Specs, vendor: str, tmp_path: Path) -> None:
    """What is in no file; the dry run names it before."""
    files = write_plan(tmp_path, vendor)
    assert specs("push", tmp_path).returncode == 0
    text = files["product"].read_text()
    files["product"].write_text(text[: text.index("    # the last step")])
    files["app"].unlink()
    short = files["product"].read_text().replace("    - $ref: ./source-apps/app.yml\n", "")
    short = short.replace(
        "      excludedSourceApplications:\n        - $ref: ./source-apps/app.yml\n", ""
    )
    files["product"].write_text(short)
    assert specs("push", tmp_path).returncode == 0
    assert len(server.ask("GET", "/event-specs/v1")["data"]) == 2
    state = server.state()
    dry = specs("push", tmp_path, "--prune", "--dry-run").stdout
    assert "delete event-specification Pay\n" in dry
    assert "delete source-application app\n" in dry
    assert server.state() == state
    assert specs("push", tmp_path, "--prune").returncode == 0
    assert [one["id"] for one in server.ask("GET", "/event-specs/v1")["data"]] == [SEARCH]
    assert [one["id"] for one in server.ask("GET", "/source-apps/v1")["data"]] == [SHOP]


def test_versions_of_a_structure_go_in_their_order(
    server: Server, specs: Specs, vendor: str, tmp_path: Path
) -> None:
    """Two files of one structure; and one that is only in development may be replaced."""
    files = write_plan(tmp_path, vendor)
    newer = files["structure"].with_name("a_later_one.json")
    document = YAML(typ="safe").load(files["structure"].read_text())
    document["data"]["self"]["version"] = "1-0-1"
    document["data"]["properties"]["place"] = {"description": "x", "type": "string", "maxLength": 9}
    newer.write_text(json.dumps(document))
    done = specs("push", tmp_path)
    assert done.returncode == 0, done.stderr
    said = [line for line in done.stdout.splitlines() if line.startswith("done:")]
    assert said[0].endswith("/ui_actions 1-0-0")
    assert said[1].endswith("/ui_actions 1-0-1")

    document["data"]["properties"]["place"]["maxLength"] = 10
    document["meta"]["hidden"] = True
    newer.write_text(json.dumps(document))
    changed = specs("push", tmp_path)
    assert changed.returncode == 0, changed.stderr
    assert "-  hidden: false\n+  hidden: true\n" in changed.stdout
    assert "-      maxLength: 9\n+      maxLength: 10\n" in changed.stdout
    assert "1 to update, 6 unchanged\n" in changed.stdout
    assert specs("push", tmp_path).stdout == "7 unchanged\n"
    files_before = contents(tmp_path)
    specs("pull", tmp_path)
    assert {path: one for path, one in contents(tmp_path).items() if path in files_before} == (
        files_before
    )


def test_the_key_may_come_with_its_id(
    server: Server, specs: Specs, vendor: str, tmp_path: Path
) -> None:
    """And be for an organization that is named."""
    body = {"description": "for files"}
    key = server.ask("POST", "/credentials/v2/api-keys", body)
    flags = ("--api-key-id", key["id"], "--organization", server.organization)
    assert specs("pull", tmp_path, *flags, key=key["key"]).returncode == 0
    wrong = specs("pull", tmp_path, "--api-key-id", server.organization, key=KEY)
    assert wrong.returncode == 2
    assert "401: Wanted: `X-API-Key` and `X-API-Key-ID` headers" in wrong.stderr


def test_the_files_of_the_documentation_are_files(
    server: Server, specs: Specs, tmp_path: Path
) -> None:
    """docs/files.md, and one more application."""
    text = (Path(__file__).parents[2] / "docs" / "files.md").read_text(encoding="utf-8")
    structure, shop, product, _ = re.findall(r"^```yaml\n(.*?)^```", text, re.M | re.S)
    folder = tmp_path / "data-products" / "source-apps"
    folder.mkdir(parents=True)
    (tmp_path / "data-structures").mkdir()
    (tmp_path / "data-structures" / "ui_actions.yml").write_text(structure)
    (folder / "shop.yaml").write_text(shop)
    (folder / "app.yaml").write_text(shop.replace(SHOP, APP).replace("shop", "app"))
    (tmp_path / "data-products" / "checkout.yaml").write_text(product)
    done = specs("push", tmp_path, "--publish")
    assert (done.returncode, done.stderr) == (0, "")
    before = contents(tmp_path)
    assert specs("pull", tmp_path).returncode == 0
    assert {path: one for path, one in contents(tmp_path).items() if path in before} == before
