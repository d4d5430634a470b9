#!/usr/bin/env python3
"""TensorBoard's pages show Weft's logs (pip install tensorboard playwright; Debian's chromium).

Usage: pages.py FOLDER SCREENSHOTS EXPECTED.json
FOLDER is a run's folder. EXPECTED.json says which texts each page must show: {"scalars": ["loss"], ...}.
A headless browser opens each page, waits for the texts, and leaves a screenshot.
"""
import json
import os
import shutil
import sys

from playwright.sync_api import Error, sync_playwright

from events import TensorBoard


def browser_path():
    for name in ["chromium", "chromium-browser", "google-chrome"]:
        path = shutil.which(name)
        if path:
            return path
    sys.exit("there is no chromium: apt-get install chromium")


def text_of(page):
    """All texts, those in shadow trees and in pictures too."""
    return page.evaluate(
        """() => {
          const found = [];
          const walk = node => {
            if (node.nodeType === Node.TEXT_NODE) found.push(node.textContent);
            if (node.shadowRoot) walk(node.shadowRoot);
            for (const child of node.childNodes) {
              if (!['STYLE', 'SCRIPT', 'TEMPLATE'].includes(child.nodeName)) walk(child);
            }
          };
          walk(document.body);
          return found.join('\\n');
        }""")


def count(page, selector):
    return page.locator(selector).count()


# What a page must have drawn besides its texts.
DRAWN = {
    "scalars": "line-chart svg path, vz-line-chart2 path, line-chart canvas",
    "histograms": "histogram-component path, vz-histogram-timeseries path",
    "images": "image-component img, tf-image-loader img",
    "graphs": "tf-graph-scene g.node",
}


def check(page, address, name, texts, screenshots):
    page.goto("about:blank")
    page.goto(f"{address}/#{name}")
    missing, drawn = texts, 0
    for attempt in range(60):
        page.wait_for_timeout(500)
        try:
            shown = text_of(page)
            drawn = count(page, DRAWN[name]) if name in DRAWN else 1
        except Error:
            continue
        missing = [text for text in texts if text not in shown]
        if not missing and drawn:
            break
    # Charts move to their place.
    page.wait_for_timeout(1500)
    page.screenshot(path=os.path.join(screenshots, name + ".png"))
    good = not missing and drawn > 0
    print(f"page {name}: {'ok' if good else f'SHORT, misses {missing}, {drawn} drawn'}")
    return good


def main(folder, screenshots, expected):
    os.makedirs(screenshots, exist_ok=True)
    with open(expected) as file:
        pages = json.load(file)
    with TensorBoard(os.path.dirname(folder.rstrip("/"))) as board, sync_playwright() as play:
        board.wait()
        browser = play.chromium.launch(
            executable_path=browser_path(), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1300, "height": 900})
        good = [check(page, board.address, name, texts, screenshots)
                for name, texts in pages.items()]
        browser.close()
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
