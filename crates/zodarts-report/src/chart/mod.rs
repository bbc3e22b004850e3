//! Line charts: an SVG that is readable without scripts, and its values as JSON for the mouse, the arrow
//! keys and screen readers.

mod scale;
mod thin;

pub use scale::Axis;
pub use thin::thinned;

use crate::markup::{Markup, embedded, escaped};
use serde::Serialize;
use std::fmt::Write;

/// The number of a style of lines. The style sheet gives each ink a colour and a dash, so that lines differ
/// by more than colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Ink(pub usize);

impl Ink {
    /// Number of inks in the style sheet.
    pub const COUNT: usize = 8;

    /// Returns the ink of the `n`th of several series.
    pub fn nth(n: usize) -> Self {
        // Ink 0 is faint and stands for `none`.
        Self(n % (Self::COUNT - 1) + 1)
    }
}

/// A series of a chart.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Series {
    /// The name in the legend.
    pub name: String,
    /// The style.
    pub ink: Ink,
    /// The points, from left to right.
    pub points: Vec<(f64, f64)>,
    /// Draws the points as a line if set, otherwise as dots.
    #[serde(skip)]
    pub joined: bool,
}

impl Series {
    /// Returns a line over epochs, which count from 1. Values that are not finite are left out.
    pub fn over_epochs(name: &str, ink: Ink, values: impl Iterator<Item = f64>) -> Self {
        let points = values.enumerate().map(|(epoch, value)| ((epoch + 1) as f64, value));
        Self::joined(name.into(), ink, points.filter(|point| point.1.is_finite()).collect())
    }

    /// Returns a line through `points`.
    pub fn joined(name: String, ink: Ink, points: Vec<(f64, f64)>) -> Self {
        Self { name, ink, points, joined: true }
    }
}

/// A mark of a chart besides its series.
#[derive(Clone, Debug, PartialEq)]
pub enum Mark {
    /// The line from the lower left to the upper right corner.
    Diagonal,
    /// A horizontal line at a value, with its label.
    Horizontal(f64, String),
    /// A vertical line at a value, with its label.
    Vertical(f64, String),
    /// Bars that stand on the horizontal axis.
    Bars(Vec<Bar>),
}

/// A bar of a chart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    /// The left end.
    pub from: f64,
    /// The right end.
    pub to: f64,
    /// The height.
    pub height: f64,
    /// The opacity, from 0 to 1.
    pub strength: f64,
}

/// A chart of lines.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// The title.
    pub title: String,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// The series.
    pub lines: Vec<Series>,
    /// Marks besides the series.
    pub marks: Vec<Mark>,
    /// Shows a legend if set.
    pub legend: bool,
}

/// Width and height of a chart in pixels.
const SIZE: (f64, f64) = (460.0, 280.0);
/// Left, top, right and bottom margin in pixels.
const MARGINS: [f64; 4] = [52.0, 10.0, 14.0, 38.0];
/// Width and height of the area between the axes in pixels.
const FRAME: (f64, f64) = (SIZE.0 - MARGINS[0] - MARGINS[2], SIZE.1 - MARGINS[1] - MARGINS[3]);

/// The values of a chart for the script.
#[derive(Serialize)]
struct Values<'a> {
    x: &'a str,
    range: [f64; 4],
    frame: [f64; 4],
    lines: &'a [Series],
}

impl Chart {
    /// Returns the chart as a `figure` element.
    pub fn figure(&self) -> Markup {
        let title = escaped(&self.title);
        let values = embedded(&Values {
            x: &self.x.name,
            range: [self.x.low, self.x.high, self.y.low, self.y.high],
            frame: [MARGINS[0], MARGINS[1], FRAME.0, FRAME.1],
            lines: &self.lines,
        });
        let legend = if self.legend { legend(&self.lines).0 } else { String::new() };
        Markup(format!(
            "<figure class=\"chart\" tabindex=\"0\" role=\"group\" \
             aria-label=\"{title}: use the arrow keys to read its values\">\
             <figcaption>{title}</figcaption>{}{legend}\
             <script type=\"application/json\">{values}</script></figure>\n",
            self.svg()
        ))
    }

    fn svg(&self) -> String {
        let mut svg = format!(
            "<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">",
            SIZE.0,
            SIZE.1,
            escaped(&self.description())
        );
        self.axes(&mut svg);
        self.marks.iter().for_each(|mark| self.mark(&mut svg, mark));
        self.lines.iter().for_each(|line| self.line(&mut svg, line));
        svg + "</svg>"
    }

    /// Returns the first and the last value of each series in words, for screen readers.
    fn description(&self) -> String {
        let mut text = format!("{}, {} over {}.", self.title, self.y.name, self.x.name);
        for line in &self.lines {
            if let (Some(first), Some(last)) = (line.points.first(), line.points.last()) {
                write!(text, " {}: from {:.3} to {:.3}.", line.name, first.1, last.1).expect("memory");
            }
        }
        text
    }

    fn axes(&self, svg: &mut String) {
        let [left, top, ..] = MARGINS;
        let (right, bottom) = (left + FRAME.0, top + FRAME.1);
        write!(svg, "<path class=\"axis\" d=\"M{left} {top}V{bottom}H{right}\"/>").expect("memory");
        for (value, text) in self.x.ticks() {
            let x = self.position(value, 0.0).0;
            write!(svg, "<text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">{text}</text>", bottom + 15.0)
                .expect("memory");
        }
        for (value, text) in self.y.ticks() {
            let y = self.position(0.0, value).1;
            write!(svg, "<path class=\"grid\" d=\"M{left} {y:.1}H{right}\"/>").expect("memory");
            write!(svg, "<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{text}</text>", left - 6.0, y + 4.0)
                .expect("memory");
        }
        let (middle, name) = (left + FRAME.0 / 2.0, escaped(&self.x.name));
        write!(svg, "<text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\">{name}</text>", bottom + 32.0)
            .expect("memory");
        let (middle, name) = (top + FRAME.1 / 2.0, escaped(&self.y.name));
        write!(
            svg,
            "<text transform=\"translate(12 {middle}) rotate(-90)\" text-anchor=\"middle\">{name}</text>"
        )
        .expect("memory");
    }

    fn line(&self, svg: &mut String, line: &Series) {
        let Ink(ink) = line.ink;
        if line.points.len() < 2 || !line.joined {
            for point in &line.points {
                let (x, y) = self.position(point.0, point.1);
                write!(svg, "<circle class=\"mark ink-{ink}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\"/>")
                    .expect("memory");
            }
            return;
        }
        let mut path = String::new();
        for (index, point) in line.points.iter().enumerate() {
            let (x, y) = self.position(point.0, point.1);
            write!(path, "{}{x:.1} {y:.1}", if index == 0 { 'M' } else { 'L' }).expect("memory");
        }
        write!(svg, "<path class=\"mark line ink-{ink}\" d=\"{path}\"/>").expect("memory");
    }

    fn mark(&self, svg: &mut String, mark: &Mark) {
        let [left, top, ..] = MARGINS;
        let (right, bottom) = (left + FRAME.0, top + FRAME.1);
        let drawn = match mark {
            Mark::Diagonal => write!(svg, "<path class=\"aid\" d=\"M{left} {bottom}L{right} {top}\"/>"),
            Mark::Horizontal(value, text) => {
                let (y, text) = (self.position(0.0, *value).1, escaped(text));
                write!(
                    svg,
                    "<path class=\"aid\" d=\"M{left} {y:.1}H{right}\"/>\
                     <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{text}</text>",
                    right - 4.0,
                    y - 4.0
                )
            }
            Mark::Vertical(value, text) => {
                let (x, text) = (self.position(*value, 0.0).0, escaped(text));
                // The label stands on the side of the line that has more room.
                let (anchor, aside) = if x > left + FRAME.0 / 2.0 { ("end", -4.0) } else { ("start", 4.0) };
                write!(
                    svg,
                    "<path class=\"aid\" d=\"M{x:.1} {top}V{bottom}\"/>\
                     <text x=\"{:.1}\" y=\"{}\" text-anchor=\"{anchor}\">{text}</text>",
                    x + aside,
                    top + 12.0
                )
            }
            Mark::Bars(bars) => bars.iter().try_for_each(|&Bar { from, to, height, strength }| {
                let ((x, y), (end, floor)) = (self.position(from, height), self.position(to, self.y.low));
                let (width, height) = (end - x, floor - y);
                write!(
                    svg,
                    "<rect class=\"mark bar\" x=\"{x:.1}\" y=\"{y:.1}\" \
                     width=\"{width:.1}\" height=\"{height:.1}\" \
                     style=\"--strength: {strength:.2}\"/>"
                )
            }),
        };
        drawn.expect("memory");
    }

    /// Returns the position of a point in pixels.
    fn position(&self, x: f64, y: f64) -> (f64, f64) {
        (MARGINS[0] + FRAME.0 * self.x.fraction(x), MARGINS[1] + FRAME.1 * (1.0 - self.y.fraction(y)))
    }
}

/// Returns the legend of some series.
pub fn legend(lines: &[Series]) -> Markup {
    let entries = lines.iter().map(|Series { name, ink: Ink(ink), .. }| {
        let name = escaped(name);
        format!(
            "<li><svg viewBox=\"0 0 28 8\" aria-hidden=\"true\">\
             <path class=\"line ink-{ink}\" d=\"M1 4H27\"/></svg>{name}</li>"
        )
    });
    Markup(format!("<ul class=\"legend\">{}</ul>", entries.collect::<String>()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart() -> Chart {
        let values = [0.5, f64::NAN, 0.25];
        Chart {
            title: "a <loss>".into(),
            x: Axis::epochs(3),
            y: Axis::zero_to_one("loss"),
            lines: vec![Series::over_epochs("training", Ink::nth(0), values.into_iter())],
            marks: vec![
                Mark::Diagonal,
                Mark::Horizontal(0.5, "half".into()),
                Mark::Vertical(2.0, "kept".into()),
                Mark::Bars(vec![Bar { from: 1.0, to: 2.0, height: 0.5, strength: 0.25 }]),
            ],
            legend: true,
        }
    }

    #[test]
    fn a_figure_has_its_marks_its_words_and_its_values() {
        let Markup(figure) = chart().figure();
        assert!(!figure.contains("<loss>"), "{figure}");
        // The area between the axes begins at (52, 10) and has 394 × 232 pixels.
        assert!(figure.contains("d=\"M52.0 126.0L446.0 184.0\""), "{figure}");
        assert!(figure.contains("training: from 0.500 to 0.250."), "{figure}");
        assert!(figure.contains("[[1.0,0.5],[3.0,0.25]]"), "{figure}");
        assert_eq!(figure.matches("class=\"aid\"").count(), 3);
        assert!(
            figure.contains("class=\"mark bar\" x=\"52.0\" y=\"126.0\" width=\"197.0\" height=\"116.0\"")
        );
    }

    #[test]
    fn a_line_of_one_point_is_a_dot_and_one_of_none_is_nothing() {
        let mut one = chart();
        one.lines[0].points.truncate(1);
        assert!(one.figure().0.contains("<circle class=\"mark ink-1\""));
        one.lines[0].points.clear();
        assert!(!one.figure().0.contains("ink-1\" d=\"\""));
    }
}
