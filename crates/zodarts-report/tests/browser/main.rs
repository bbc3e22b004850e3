//! Pages in a real browser: no errors on the console, every figure has marks, the mouse and the arrow keys
//! show values, and nothing is wider than the window of a phone.
//!
//! The tests say that they are skipped if there is no Chromium. They leave screenshots below `target/tmp`.

mod chromium;
#[path = "../common/mod.rs"]
mod common;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chromium::{BrowserPage, installed};
use common::{fit, settings};
use std::path::{Path, PathBuf};
use zodarts_report::{write, write_comparison};
use zodarts_testkit::phantom_of_hostile_names;

fn browser() -> Option<PathBuf> {
    let found = installed();
    if found.is_none() {
        eprintln!("SKIPPED: no Chromium: install one, or name it in ZODARTS_CHROMIUM; pages are not tested");
    }
    found
}

impl BrowserPage {
    fn number(&mut self, expression: &str) -> f64 {
        let value = self.value(expression);
        value.as_f64().unwrap_or_else(|| panic!("{expression}: {value}"))
    }

    fn text(&mut self, expression: &str) -> String {
        let value = self.value(expression);
        value.as_str().unwrap_or_else(|| panic!("{expression}: {value}")).to_owned()
    }

    /// Writes a screenshot of the whole page at a width, and asserts that nothing is wider.
    fn screenshot(&mut self, name: &str, width: u32, mobile: bool) {
        self.resize(width, 900, mobile);
        let height = self.number("document.documentElement.scrollHeight");
        self.resize(width, height as u32, mobile);
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.png"));
        std::fs::write(&path, STANDARD.decode(self.picture()).unwrap()).unwrap();
        eprintln!("{}", path.display());
        let beyond =
            self.number("document.documentElement.scrollWidth - document.documentElement.clientWidth");
        assert!(beyond <= 0.0, "{name}: the page is {beyond} pixels wider than its window");
    }

    fn quiet(&self) {
        assert!(self.complaints.is_empty(), "{:#?}", self.complaints);
    }
}

/// Scrolls to the first chart of the search and returns its middle.
const MIDDLE: &str = "(() => { const drawing = document.querySelector('#search figure.chart svg'); \
    drawing.scrollIntoView({block: 'center', behavior: 'instant'}); \
    const box = drawing.getBoundingClientRect(); \
    return [box.left + box.width * 0.55, box.top + box.height / 2]; })()";

fn hover(page: &mut BrowserPage) {
    let tip = "(() => { const tip = document.querySelector('#search .tip'); \
        return tip.hidden ? '' : tip.textContent; })()";
    assert_eq!(page.text(tip), "", "no tooltip before the mouse is over the chart");
    let place = page.value(MIDDLE);
    page.point(place[0].as_f64().unwrap(), place[1].as_f64().unwrap());
    let shown = page.text(tip);
    assert!(shown.starts_with("epoch ") && shown.contains("nor_conv_3x3: 0."), "{shown:?}");
}

fn read_by_keyboard(page: &mut BrowserPage) {
    page.value("document.querySelectorAll('#training figure.chart')[1].focus()");
    page.press("ArrowRight");
    let first = page.text("document.getElementById('live').textContent");
    page.press("ArrowRight");
    let second = page.text("document.getElementById('live').textContent");
    assert!(first.starts_with("epoch 1. ") && second.starts_with("epoch 2. "), "{first:?}, {second:?}");
    assert!(second.contains("ACC, validation 0."), "{second:?}");
}

/// Opens and closes the table of a chart, and switches the heat maps off and on.
fn toggle_details(page: &mut BrowserPage) {
    let rows = "(() => { const table = document.querySelector('#training details.values'); \
        table.open = true; table.dispatchEvent(new Event('toggle')); \
        const rows = table.querySelectorAll('tbody tr').length; \
        table.open = false; return rows; })()";
    assert_eq!(page.number(rows), 3.0, "one row per epoch");
    let visible = "getComputedStyle(document.querySelector('.mistakes .heat')).display";
    assert_ne!(page.text(visible), "none");
    page.value("document.getElementById('heat').click()");
    assert_eq!(page.text(visible), "none", "heat maps can be hidden");
    page.value("document.getElementById('heat').click()");
}

/// Asserts that the page prints on white in every colour scheme, with all settings unfolded, on 3 to 12
/// sheets.
fn print(page: &mut BrowserPage) {
    page.value(
        "window.unfolded = null; addEventListener('afterprint', \
         () => { window.unfolded = document.querySelector('details:not(.values)').dataset.was === ''; })",
    );
    let sheets = STANDARD.decode(page.print()).unwrap();
    std::fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join("report-print.pdf"), &sheets).unwrap();
    let count = sheets.windows(12).filter(|text| text.starts_with(b"/Type /Page\n")).count();
    assert!((3..=12).contains(&count), "{count} sheets");
    assert_eq!(page.value("window.unfolded"), true, "details are unfolded for printing");
    assert_eq!(page.value("document.querySelector('details:not(.values)').open"), false, "and folded again");
    page.medium("print");
    assert_eq!(page.text("getComputedStyle(document.body).backgroundColor"), "rgb(255, 255, 255)");
    page.screenshot("report-print", 720, false);
}

#[test]
fn a_page_works_in_a_browser() {
    let Some(chromium) = browser() else { return };
    let place = tempfile::tempdir().unwrap();
    let dataset = phantom_of_hostile_names();
    let folder = fit(&dataset, &settings(), &place.path().join("run"));
    let mut page = BrowserPage::open(&chromium, &write(&folder, Ok(&dataset)).unwrap());
    page.resize(1280, 900, false);

    assert_eq!(page.number("document.querySelectorAll('figure.chart').length"), 17.0);
    let unmarked =
        "[...document.querySelectorAll('figure.chart')].filter(f => !f.querySelector('svg .mark')).length";
    assert_eq!(page.number(unmarked), 0.0, "every figure has marks");
    assert_eq!(page.number("document.querySelectorAll('svg.cell .edge').length"), 6.0);
    let broken = "[...document.images].filter(image => image.naturalWidth === 0).length";
    assert_eq!(page.number(broken), 0.0, "every image loads");
    let unnamed = "[...document.querySelectorAll('img, svg[role=img], figure[tabindex]')]\
        .filter(e => !(e.alt || e.getAttribute('aria-label'))).length";
    assert_eq!(page.number(unnamed), 0.0, "every image and figure has a text alternative");
    hover(&mut page);
    read_by_keyboard(&mut page);
    toggle_details(&mut page);

    page.screenshot("report-desktop", 1280, false);
    page.screenshot("report-phone", 390, true);
    let background = "getComputedStyle(document.body).backgroundColor";
    let light = page.text(background);
    page.scheme("dark");
    assert_ne!(page.text(background), light);
    page.screenshot("report-dark", 1280, false);
    print(&mut page);
    page.quiet();
}

#[test]
fn runs_side_by_side_work_in_a_browser() {
    let Some(chromium) = browser() else { return };
    let place = tempfile::tempdir().unwrap();
    let dataset = phantom_of_hostile_names();
    let runs = ["first", "second"].map(|name| fit(&dataset, &settings(), &place.path().join(name)));
    let file = place.path().join("comparison.html");
    write_comparison(&runs, &file).unwrap();
    let mut page = BrowserPage::open(&chromium, &file);
    assert_eq!(page.number("document.querySelectorAll('#result tbody tr').length"), 2.0);
    assert_eq!(page.number("document.querySelectorAll('figure.chart .mark').length"), 4.0);
    page.screenshot("comparison-desktop", 1280, false);
    page.screenshot("comparison-phone", 390, true);
    page.quiet();
}
