"""Compares what `entrada check --any` reads with what python-calamine reads, cell by cell, over folders of workbooks.

    python compare.py [--write] DOCUMENT NODE ENTRADA FOLDER...

Every difference must fall under a rule of RULES, and DOCUMENT must list it; --write writes the list anew.
Ends with 1 on a crash, a hang, a difference under no rule, or a document that says otherwise.
"""

import datetime
import json
import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from python_calamine import CalamineWorkbook

SECONDS = 30
BEGIN, END = "<!-- found: begin -->", "<!-- found: end -->"


def column_name(index):
    name = ""
    while index >= 0:
        name = chr(65 + index % 26) + name
        index = index // 26 - 1
    return name


def ours_of(command, path):
    """The cells of `path` by sheet and address, or the words with which it is refused."""
    run = subprocess.run(
        [*command, "check", "--any", "--format", "json", path],
        capture_output=True, encoding="utf-8", timeout=SECONDS,
    )
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    if run.returncode == 3 and len(lines) == 1 and "error" in lines[0]:
        return {}, lines[0]["message"]
    if run.returncode != 0:
        raise RuntimeError(f"exit code {run.returncode}: {run.stderr[:300]}")
    return {(line["sheet"], line["cell"]): (line["type"], line["value"]) for line in lines}, None


def theirs_of(path):
    cells = {}
    # A panic of the Rust side is no Exception.
    try:
        book = CalamineWorkbook.from_path(path)
        for sheet in book.sheets_metadata:
            if "WorkSheet" not in str(sheet.typ):
                continue
            rows = book.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
            for r, row in enumerate(rows):
                for c, value in enumerate(row):
                    if value != "" and value is not None:
                        cells[(sheet.name, f"{column_name(c)}{r + 1}")] = typed(value)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        return {}, str(error)
    return cells, None


def typed(value):
    if isinstance(value, bool):
        return "boolean", value
    if isinstance(value, (int, float)):
        return "number", value
    if isinstance(value, datetime.datetime):
        return "date", iso(value)
    if isinstance(value, datetime.date):
        return "date", iso(datetime.datetime.combine(value, datetime.time()))
    if isinstance(value, (datetime.time, datetime.timedelta)):
        return type(value).__name__, value
    return "text", value


def iso(moment):
    return moment.isoformat(timespec="milliseconds").removesuffix(".000")


DAYS_ZERO = [datetime.datetime(1899, 12, 31), datetime.datetime(1904, 1, 1)]


def is_time(ours, theirs):
    if ours is None or theirs is None or ours[0] != "date" or theirs[0] != "time":
        return False
    return any(ours[1] == iso(datetime.datetime.combine(zero, theirs[1])) for zero in DAYS_ZERO)


def is_duration(ours, theirs):
    if ours is None or theirs is None or ours[0] != "date" or theirs[0] != "timedelta":
        return False
    return any(ours[1] == iso(zero + theirs[1]) for zero in DAYS_ZERO)


def is_error(ours, theirs):
    return ours is not None and ours[0] == "error" and str(ours[1]).startswith("#") and theirs is None


# The document has a section for each of these names.
RULES = {"time": is_time, "duration": is_duration, "error": is_error}


def compare(command, path):
    """Counts differences by rule, gives an example of each, and lists what no rule explains."""
    try:
        ours, our_refusal = ours_of(command, path)
    except subprocess.TimeoutExpired:
        return Counter(), {}, [f"it hangs: no answer in {SECONDS} seconds"]
    except Exception as error:
        return Counter(), {}, [f"it crashes: {error}"]
    theirs, their_refusal = theirs_of(path)
    if our_refusal and their_refusal:
        return Counter(refused=1), {"refused": f"{our_refusal} / {their_refusal}"}, []
    if our_refusal or their_refusal:
        return Counter(), {}, [f"only one refuses it: {our_refusal} / {their_refusal}"]
    found, examples, unexplained = Counter(), {}, []
    for place in sorted(ours.keys() | theirs.keys()):
        pair = ours.get(place), theirs.get(place)
        if pair[0] == pair[1]:
            continue
        rule = next((name for name, matches in RULES.items() if matches(*pair)), None)
        if rule is None:
            unexplained.append(f"{place[0]}!{place[1]}: {pair[0]} / {pair[1]}")
            continue
        found[rule] += 1
        examples.setdefault(rule, f"{place[0]}!{place[1]}: {shown(pair[0])} / {shown(pair[1])}")
    return found, examples, unexplained


def shown(cell):
    return "nothing" if cell is None else str(cell[1])


def main(arguments):
    write = arguments[0] == "--write"
    document, node, entrada, *folders = arguments[1:] if write else arguments
    files = sorted(
        (f"{Path(folder).name}/{path.relative_to(folder).as_posix()}", str(path))
        for folder in folders
        for path in Path(folder).rglob("*")
        if path.suffix in (".xlsx", ".xlsm")
    )
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda file: compare([node, entrada], file[1]), files))

    rows, failures = [], []
    for (name, _), (found, examples, unexplained) in zip(files, results):
        failures += [f"{name}: {what}" for what in unexplained[:10]]
        for rule, count in sorted(found.items()):
            example = examples[rule].replace("|", "\\|").replace("\n", " ")
            rows.append(f"| {name} | {rule} | {count} | {example} |")
    listing = "\n".join(["| workbook | rule | cells | the first: Entrada / calamine |", "|---|---|---|---|", *rows])

    text = Path(document).read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    listed, after = rest.split(END)
    if write:
        Path(document).write_text(f"{before}{BEGIN}\n{listing}\n{END}{after}", encoding="utf-8")
    elif listed.strip() != listing:
        changed = set(listed.strip().splitlines()) ^ set(listing.splitlines())
        failures += [f"{document} is not up to date: {line}" for line in sorted(changed)]
    for failure in failures:
        print(failure, file=sys.stderr)
    print(f"{len(files)} workbooks compared; {len(rows)} explained kinds of difference; {len(failures)} faults")
    return 1 if failures or not files else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
