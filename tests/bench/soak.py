"""soak.py REPORT.xml: what `make soak` found, from pytest's own report, as a section of RESULTS.md."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from tests.bench import section


def printed(case: Element) -> str:
    """Its sizes, seeds and figures."""
    lines = (case.findtext("system-out") or "").splitlines()
    return "; ".join(line.strip() for line in lines if line.strip() and not line.startswith("---"))


def result(case: Element) -> str:
    failed = case.find("failure") is not None or case.find("error") is not None
    return "**failed**" if failed else "skipped" if case.find("skipped") is not None else "passed"


def lines(suite: Element) -> Iterator[str]:
    cases = suite.findall("testcase")
    results = [result(case) for case in cases]
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True).stdout
    counts = ", ".join(f"{results.count(what)} {what}" for what in dict.fromkeys(results))
    yield "## The tests at full size\n"
    yield (
        f"By `make soak` at commit {commit.strip()}, begun {suite.attrib['timestamp'][:16].replace('T', ' ')}: {counts}"
        f" in {float(suite.attrib['time']) / 60:.0f} minutes on {os.cpu_count()} cores.\n"
    )
    yield "| | Sizes, seeds, figures | | Took |"
    yield "|---|---|---|---|"
    for case, what in zip(cases, results, strict=True):
        said = printed(case)
        if said or "failed" in what:
            name = case.attrib["name"].removeprefix("test_").replace("_", " ")
            yield f"| {name} | {said} | {what} | {float(case.attrib['time']):.0f} s |"


def main(report: str) -> None:
    suite = ElementTree.parse(report).getroot().find("testsuite")
    assert suite is not None
    text = "\n".join(lines(suite))
    section.replace("soak", text)
    print(f"{text}\n\nThis is in {section.PAGE} now.")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1])
