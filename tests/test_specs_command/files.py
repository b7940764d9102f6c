"""A folder of tracking plans, as somebody writes it."""

from pathlib import Path

SHOP = "0c5b8e5e-0b0e-4ad5-8a3c-6f1d3b0f6f57"
APP = "1d6c9f6f-1c1f-4be6-9b4d-7f2e4c1f7f68"
CHECKOUT = "f51dada7-4f11-4b6a-bbbd-2cf6a3673035"
SEARCH = "5a203ef8-939b-4fd1-914e-f12a3dd1a869"
PAY = "6b314f09-a4ac-4ae2-825f-023b4ee2b97a"

STRUCTURE = """\
# what people do
apiVersion: v1
resourceType: data-structure
meta:
  hidden: false
  schemaType: event
  customData:
    team: web # theirs
data:
  $schema: http://iglucentral.com/schemas/com.snowplowanalytics.self-desc/schema/jsonschema/1-0-0#
  self:
    vendor: {vendor}
    name: ui_actions
    format: jsonschema
    version: 1-0-0
  description: What a person did
  type: object
  properties:
    action: {{description: What, type: string, maxLength: 64}}
    label: {{description: Where, type: string, maxLength: 8}}
  required: [action, label]
  additionalProperties: false
"""

APPLICATION = """\
apiVersion: v1
resourceType: source-application
resourceName: {id}
data:
  name: {name}
  description: The shop's website
  domain: Sales
  appIds: [{name}-web]
"""

PRODUCT = """\
apiVersion: v1
resourceType: data-product
resourceName: f51dada7-4f11-4b6a-bbbd-2cf6a3673035
data:
  name: Checkout
  domain: Sales
  sourceApplications:
    - $ref: ./source-apps/shop.yaml
    - $ref: ./source-apps/app.yml
  eventSpecifications:
    - resourceName: 5a203ef8-939b-4fd1-914e-f12a3dd1a869
      name: Search
      description: Tracking the use of the search box
      event:
        source: iglu:{vendor}/ui_actions/jsonschema/1-0-0
        comment: only once a page
        schema:
          type: object
          properties:
            action: {{enum: [click]}}
            label: {{enum: [Search]}}
          required: [action, label]
          additionalProperties: false
      triggers:
        - id: 7c425f1a-b5bd-4bf3-936f-134c5ff3ca8b
          description: The magnifying glass
          appIds: [shop-web]
          url: https://shop.example/
          image: {{$ref: ./images/search.png}}
      excludedSourceApplications:
        - $ref: ./source-apps/app.yml
    # the last step
    - resourceName: 6b314f09-a4ac-4ae2-825f-023b4ee2b97a
      name: Pay
      event:
        source: iglu:{vendor}/ui_actions/jsonschema/1-0-0
        schema:
          type: object
          properties:
            action: {{enum: [click]}}
            label: {{enum: [Pay]}}
          required: [action, label]
          additionalProperties: false
      entities:
        tracked:
          - source: iglu:{vendor}/ui_actions/jsonschema/1-0-0
            minCardinality: 0
            maxCardinality: 1
"""


def write_plan(root: Path, vendor: str) -> dict[str, Path]:
    """The files by what they are."""
    files = {
        "structure": root / "data-structures" / vendor / "ui_actions.yaml",
        "shop": root / "data-products" / "source-apps" / "shop.yaml",
        "app": root / "data-products" / "source-apps" / "app.yml",
        "product": root / "data-products" / "checkout.yaml",
    }
    for file in files.values():
        file.parent.mkdir(parents=True, exist_ok=True)
    files["structure"].write_text(STRUCTURE.format(vendor=vendor))
    files["shop"].write_text(APPLICATION.format(id=SHOP, name="shop"))
    files["app"].write_text(APPLICATION.format(id=APP.upper(), name="app"))
    files["product"].write_text(PRODUCT.format(vendor=vendor))
    return files


def contents(root: Path) -> dict[str, tuple[bytes, int]]:
    """Of all files, with the times at which they were written."""
    return {
        path.relative_to(root).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }
