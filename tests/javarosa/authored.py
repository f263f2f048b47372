"""The same random forms the way an author writes them: as tables of an XLSForm, turned into an XForm by pyxform."""

from collections.abc import Iterator

from tests.javarosa.sketch import Paper, Sketch

_TYPES = {"int": "integer", "string": "text", "select1": "select_one", "select": "select_multiple"}
Row = dict[str, str]


def xform(paper: Paper) -> str:
    """The XForm that pyxform makes of the form. Its expressions may differ in white space and path from the direct ones."""
    from pyxform.xls2xform import convert

    return str(convert(xlsform=tables(paper), form_name="data", validate=False, pretty_print=False).xform)


def tables(paper: Paper) -> dict[str, list[Row]]:
    """Sheet → rows, as pyxform reads a workbook."""
    languages = paper.languages or ("",)
    labels = ["label" + (f"::{language}" if language else "") for language in languages]
    rows = [row for node in paper.nodes for row in _rows(node, labels)]
    # pyxform takes the order of the columns from the first row: one that has them all, and that it leaves out
    survey = [{heading: "1" for row in rows for heading in row} | {"type": "note", "disabled": "yes"}, *rows]
    choices = [
        {"list_name": name, "name": item.name}
        | dict.fromkeys(labels, f"L {item.name}")
        | ({"f": item.extra} if item.extra else {})
        for name, items in paper.lists.items()
        for item in items
    ]
    return {"survey": survey, "choices": choices, "settings": [{"form_id": "t", "version": "1"}]}


def _rows(node: Sketch, labels: list[str]) -> Iterator[Row]:
    names = {"calculate": "calculation", "readonly": "read_only"}
    row = {names.get(name, name): rule for name, rule in node.rules.items()}
    row |= {"name": node.name} | dict.fromkeys(labels, node.name)
    if node.is_group:
        counted = {"repeat_count": node.count} if node.count else {}
        yield row | {"type": f"begin {node.kind}"} | counted
        for child in node.children:
            yield from _rows(child, labels)
        yield {"type": f"end {node.kind}"}
        return
    if node.is_select:
        row["type"] = f"{_TYPES.get(node.kind, node.kind)} {node.items}"
        row["choice_filter"] = node.filter
        row["parameters"] = (
            ("randomize=true" + (f", seed={node.seed}" if node.seed != "-" else "")) if node.seed else ""
        )
    else:
        row["type"] = _TYPES.get(node.kind, node.kind)
    if node.trigger:
        row |= {
            "trigger": f"${{{node.trigger.rpartition('/')[2]}}}",
            "calculation": node.dynamic,
            "default": node.default,
        }
    else:
        row["default"] = node.default or node.dynamic
    yield {name: cell for name, cell in row.items() if cell}
