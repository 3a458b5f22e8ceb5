"""The page guard itself: a sound page passes, and each fault planted in it is found."""

import pytest

from tests.guards.html_rules import faults, parse

ENDING = " – Social value – A Council"
SOUND = """<!DOCTYPE html>
<html lang="en-GB">
<head><meta charset="utf-8"><title>Tenders – Social value – A Council</title>
<meta name="viewport" content="width=device-width"><script src="/static/app.js" type="module"></script></head>
<body>
<header><a href="#main">Skip</a></header>
<main id="main">
<h1>Tenders</h1>
<form action="/score" method="post">
<label for="file">File</label><input id="file" name="file" type="file" aria-describedby="hint"><p id="hint">YAML</p>
<input type="hidden" name="kept" value="1"><button type="submit">Score</button>
</form>
<a href="/tenders?list=lite" hx-get="/tenders?list=lite">Lite</a>
<table><caption>Bids</caption><tr><th scope="col">Bid</th><th scope="col">Marks</th></tr>
<tr><th scope="row">A</th><td>83.20</td></tr></table>
<svg aria-hidden="true"><rect width="1"/></svg><img src="/static/favicon.svg" alt="A sign">
</main>
<footer>Version</footer>
</body></html>"""


def test_a_sound_page_has_no_fault() -> None:
    assert faults(parse(SOUND), ending=ENDING) == []


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        ("<!DOCTYPE html>\n", "", "doctype"),
        ("</h1>", "</h2>", "end-tag"),
        ('<p id="hint">YAML</p>', '<p><div id="hint">YAML</div></p>', "end-tag"),
        ("</table>", "", "eof"),
        ("<title>Tenders – Social value – A Council</title>", "", "0 titles"),
        ("Tenders – Social value – A Council", "Tenders", "is not a name and"),
        ("Tenders – Social value – A Council", " – Social value – A Council", "is not a name and"),
        ("<h1>Tenders</h1>", "", "not one h1"),
        ("<h1>Tenders</h1>", "<h1>Tenders</h1><h1>Bids</h1>", "not one h1"),
        ("<h1>Tenders</h1>", "<h1> </h1>", "not one h1"),
        ('lang="en-GB"', "", "the language is None"),
        ('<meta name="viewport" content="width=device-width">', "", "no viewport"),
        ("<footer>Version</footer>", "", "0 footer"),
        ('<p id="hint">', '<p id="file">', "the id file stands 2 times"),
        ('id="hint"', 'id="hint two"', "has a blank"),
        ('aria-describedby="hint"', 'aria-describedby="hint error"', "aria-describedby=error names nothing"),
        ('for="file"', 'for="fill"', "label for=fill names nothing"),
        ('href="#main"', 'href="#content"', "the link #content leads nowhere"),
        ("<h1>", '<h1 style="color: red">', "h1 has style=color: red"),
        ("<h1>", '<h1 onclick="go()">', "h1 has onclick=go()"),
        ("<h1>", "<style>h1 { color: red }</style><h1>", "inline style"),
        ("<h1>", "<script>go()</script><h1>", "inline script"),
        ("<h1>", '<h1 hx-on:click="go()">', "which is code"),
        ('href="#main"', 'href="javascript:go()"', "a href=javascript:go()"),
        ('hx-get="/tenders?list=lite"', 'hx-get="/elsewhere"', "has no such href or action"),
        ('action="/score"', 'action="https://elsewhere.example/"', "a form with action https"),
        ('action="/score" ', "", "a form with action"),
        (' method="post"', "", "says no method"),
        ('type="submit"', 'type="button"', "cannot be sent without a script"),
        ('<label for="file">File</label>', "", "the field file has no label"),
        ('<label for="file">File</label>', '<label for="file"></label>', "the field file has no label"),
        ('name="file"', "", "is never sent"),
        (">Score</button>", "></button>", "a button without words"),
        (">Lite</a>", "></a>", "a a without words"),
        ("<caption>Bids</caption>", "", "a table without a caption"),
        ('<th scope="row">', "<th>", "the head “A” has no scope"),
        ("<td>83.20</td>", "<td>83.20</td><td>2</td>", "have [2, 3] columns"),
        (' alt="A sign"', "", "has no alt"),
        ('<svg aria-hidden="true">', "<svg>", "neither hidden nor named"),
    ],
)
def test_each_fault_is_found(good: str, bad: str, said: str) -> None:
    assert good in SOUND
    found = faults(parse(SOUND.replace(good, bad)), ending=ENDING)
    assert [one for one in found if said in one], found
