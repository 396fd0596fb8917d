//! Estimates against a parameter, as SVG: means with their standard errors, a band of one standard
//! deviation of the law where it was measured, and curves of rules and limits beside them.
//!
//! The same series give the same bytes everywhere.

use std::fmt::Display;

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::error::{Error, Result};

/// Width and height in pixels.
const SIZE: (u32, u32) = (900, 560);
/// Width of the legend without its text, in pixels.
const LEGEND: u32 = 76;
/// Height of the heading.
const HEADING: u32 = 62;
/// Colours that people with any colour vision tell apart (Okabe & Ito 2008).
const COLOURS: [RGBColor; 7] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(0, 0, 0),
];
/// What curves of all lines are drawn in.
const INK: RGBColor = RGBColor(70, 70, 70);
/// Dashes and gaps of the curves in pixels; the first is solid.
const DASHES: [&[f64]; 5] = [
    &[],
    &[9.0, 3.0, 2.0, 3.0],
    &[8.0, 5.0],
    &[2.0, 4.0],
    &[14.0, 4.0],
];

/// A labelled line of points.
#[derive(Debug, Clone)]
pub struct Series {
    /// What the line is, for the legend; empty for a single line.
    pub label: String,
    /// Its points in the order of x.
    pub points: Vec<Point>,
}

/// One estimate.
#[derive(Debug, Clone, Copy)]
pub struct Point {
    /// The parameter.
    pub x: f64,
    /// The estimate.
    pub y: f64,
    /// Its standard error.
    pub stderr: f64,
    /// The standard deviation of the law around it, for a band; 0 for none.
    pub spread: f64,
}

/// A rule or a limit.
#[derive(Debug, Clone)]
pub struct Curve {
    /// What it is, for the legend; curves of one style have one label.
    pub label: String,
    /// Which dashes it has.
    pub style: usize,
    /// The line that it belongs to, whose colour it has; `None` if it is of all lines.
    pub line: Option<usize>,
    /// Its points in the order of x.
    pub points: Vec<(f64, f64)>,
}

/// What a plot says of itself.
#[derive(Debug, Clone)]
pub struct Plot {
    /// The heading.
    pub title: String,
    /// What is drawn, under the heading.
    pub subtitle: String,
    /// The parameter.
    pub x_label: String,
    /// The estimated quantity.
    pub y_label: String,
    /// Whether x is drawn on a binary logarithmic scale, as widths are.
    pub is_logarithmic: bool,
}

/// One entry of the legend.
struct Entry<'a> {
    label: &'a str,
    colour: RGBColor,
    /// The dashes of a curve; none for a line of points.
    style: Option<usize>,
}

impl Plot {
    /// The picture as the text of an SVG file.
    ///
    /// # Errors
    /// A domain error if there is no finite point, or x is not positive on a logarithmic scale.
    pub fn svg(&self, series: &[Series], curves: &[Curve]) -> Result<String> {
        let at = |x: f64| if self.is_logarithmic { x.log2() } else { x };
        let all = || series.iter().flat_map(|line| &line.points);
        let reach = |p: &Point| p.stderr.max(p.spread);
        let lines = || curves.iter().flat_map(|curve| &curve.points);
        // Curves alone are no plot of estimates.
        bounds(all().map(|p| at(p.x)))?;
        let (x0, x1) = bounds(all().map(|p| at(p.x)).chain(lines().map(|p| at(p.0))))?;
        let estimates = all().flat_map(|p| [p.y - reach(p), p.y + reach(p)]);
        let (y0, y1) = bounds(estimates.chain(lines().map(|p| p.1)))?;
        let entries = legend(series, curves);
        let longest = entries
            .iter()
            .map(|entry| entry.label.chars().count())
            .max();
        let legend_width = match longest {
            Some(longest) => LEGEND + 8 * u32::try_from(longest.min(40)).unwrap_or(0),
            None => 0,
        };
        let mut text = String::new();
        {
            let area = SVGBackend::with_string(&mut text, SIZE).into_drawing_area();
            area.fill(&WHITE).map_err(failed)?;
            let (heading, below) = area.split_vertically(HEADING);
            let left = |size: i32| {
                ("sans-serif", size)
                    .into_font()
                    .color(&BLACK)
                    .pos(Pos::new(HPos::Left, VPos::Top))
            };
            heading
                .draw(&Text::new(self.title.as_str(), (18, 12), left(19)))
                .map_err(failed)?;
            heading
                .draw(&Text::new(
                    self.subtitle.as_str(),
                    (18, 38),
                    left(14).color(&INK),
                ))
                .map_err(failed)?;
            // The legend stands beside the plot, where it hides nothing.
            let (chart_area, right) = below.split_horizontally(SIZE.0.saturating_sub(legend_width));
            for (i, entry) in (0..).zip(&entries) {
                let y = 22 + 25 * i;
                match entry.style {
                    Some(style) => {
                        let ends = [(6.0, f64::from(y)), (42.0, f64::from(y))];
                        for dash in dashes(&ends, DASHES[style % DASHES.len()], (1.0, 1.0)) {
                            let dash = dash.into_iter().map(|(x, y)| (x as i32, y as i32));
                            let path = PathElement::new(
                                dash.collect::<Vec<_>>(),
                                entry.colour.stroke_width(2),
                            );
                            right.draw(&path).map_err(failed)?;
                        }
                    }
                    None => {
                        let bar = vec![(24, y - 7), (24, y + 7)];
                        right
                            .draw(&PathElement::new(bar, entry.colour.stroke_width(1)))
                            .map_err(failed)?;
                        right
                            .draw(&Circle::new((24, y), 4, entry.colour.filled()))
                            .map_err(failed)?;
                    }
                }
                let style = ("sans-serif", 14)
                    .into_font()
                    .color(&BLACK)
                    .pos(Pos::new(HPos::Left, VPos::Center));
                right
                    .draw(&Text::new(entry.label, (52, y), style))
                    .map_err(failed)?;
            }
            let mut chart = ChartBuilder::on(&chart_area)
                .margin_left(14)
                .margin_right(14)
                .margin_bottom(12)
                .margin_top(4)
                .x_label_area_size(52)
                .y_label_area_size(82)
                .build_cartesian_2d(x0..x1, y0..y1)
                .map_err(failed)?;
            let label = |x: &f64| {
                if self.is_logarithmic {
                    format!("{}", x.exp2().round())
                } else {
                    trimmed(*x)
                }
            };
            let ticks = if self.is_logarithmic {
                (x1 - x0).ceil().clamp(2.0, 12.0) as usize
            } else {
                10
            };
            chart
                .configure_mesh()
                .light_line_style(WHITE)
                .bold_line_style(BLACK.mix(0.12))
                .axis_style(INK)
                .x_desc(&self.x_label)
                .y_desc(&self.y_label)
                .x_labels(ticks)
                .x_label_formatter(&label)
                .y_label_formatter(&|y| trimmed(*y))
                .axis_desc_style(("sans-serif", 16))
                .label_style(("sans-serif", 14))
                .draw()
                .map_err(failed)?;
            let (wide, high) = chart.plotting_area().dim_in_pixel();
            let scale = (f64::from(wide) / (x1 - x0), f64::from(high) / (y1 - y0));
            let placed = |line: &Series| -> Vec<Point> {
                let points = line.points.iter();
                points.map(|p| Point { x: at(p.x), ..*p }).collect()
            };
            for (line, colour) in series.iter().zip(COLOURS.iter().cycle()) {
                let points = placed(line);
                if points.iter().any(|p| p.spread > 0.0) {
                    let upper = points.iter().map(|p| (p.x, p.y + p.spread));
                    let lower = points.iter().rev().map(|p| (p.x, p.y - p.spread));
                    let outline: Vec<(f64, f64)> = upper.chain(lower).collect();
                    chart
                        .draw_series([Polygon::new(outline, colour.mix(0.13))])
                        .map_err(failed)?;
                }
            }
            for curve in curves {
                let colour = colour_of(curve, series.len());
                let points: Vec<(f64, f64)> = curve.points.iter().map(|p| (at(p.0), p.1)).collect();
                let pieces = dashes(&points, DASHES[curve.style % DASHES.len()], scale);
                chart
                    .draw_series(
                        pieces
                            .into_iter()
                            .map(|piece| PathElement::new(piece, colour.stroke_width(2))),
                    )
                    .map_err(failed)?;
            }
            for (line, colour) in series.iter().zip(COLOURS.iter().cycle()) {
                let points = placed(line);
                // Where curves say what to expect between the points, the points stand alone.
                if curves.is_empty() {
                    let middle: Vec<(f64, f64)> = points.iter().map(|p| (p.x, p.y)).collect();
                    chart
                        .draw_series([PathElement::new(middle, colour.stroke_width(2))])
                        .map_err(failed)?;
                }
                // An error bar: the line, and its two ends a little to each side.
                let cap = (x1 - x0) / 240.0;
                let bars = points.iter().flat_map(|p| {
                    let (low, high) = (p.y - p.stderr, p.y + p.stderr);
                    [
                        vec![(p.x, low), (p.x, high)],
                        vec![(p.x - cap, low), (p.x + cap, low)],
                        vec![(p.x - cap, high), (p.x + cap, high)],
                    ]
                });
                chart
                    .draw_series(bars.map(|bar| PathElement::new(bar, colour.stroke_width(1))))
                    .map_err(failed)?;
                let dots = points
                    .iter()
                    .map(|p| Circle::new((p.x, p.y), 3, colour.filled()));
                chart.draw_series(dots).map_err(failed)?;
            }
            area.present().map_err(failed)?;
        }
        Ok(text)
    }
}

/// A single line has curves of many colours; of several lines each has its colour, and its curves with it.
fn colour_of(curve: &Curve, lines: usize) -> RGBColor {
    match curve.line {
        None => INK,
        Some(_) if lines == 1 => COLOURS[(curve.style + 1) % COLOURS.len()],
        Some(line) => COLOURS[line % COLOURS.len()],
    }
}

/// The lines, then one entry for each style of curves; nothing for a single line without curves.
fn legend<'a>(series: &'a [Series], curves: &'a [Curve]) -> Vec<Entry<'a>> {
    let mut entries = Vec::new();
    if series.len() == 1 && curves.is_empty() {
        return entries;
    }
    for (line, colour) in series.iter().zip(COLOURS.iter().cycle()) {
        entries.push(Entry {
            label: match line.label.as_str() {
                "" => "networks, mean",
                label => label,
            },
            colour: *colour,
            style: None,
        });
    }
    for curve in curves {
        if entries.iter().any(|entry| entry.style == Some(curve.style)) {
            continue;
        }
        entries.push(Entry {
            label: &curve.label,
            colour: match series.len() {
                1 => colour_of(curve, 1),
                _ => INK,
            },
            style: Some(curve.style),
        });
    }
    entries
}

/// The dashes of a line: `pattern` alternates between drawn and not, in pixels, of which a unit of x and of y
/// have `scale`.
fn dashes(points: &[(f64, f64)], pattern: &[f64], scale: (f64, f64)) -> Vec<Vec<(f64, f64)>> {
    if pattern.is_empty() {
        return vec![points.to_vec()];
    }
    let (mut pieces, mut piece) = (Vec::new(), Vec::new());
    let (mut index, mut left) = (0, pattern[0]);
    for pair in points.windows(2) {
        let [(xa, ya), (xb, yb)] = [pair[0], pair[1]];
        let length = ((xb - xa) * scale.0).hypot((yb - ya) * scale.1);
        let mut done = 0.0;
        if index % 2 == 0 && piece.is_empty() {
            piece.push((xa, ya));
        }
        while length - done > left {
            done += left;
            let part = done / length;
            let here = (xa + part * (xb - xa), ya + part * (yb - ya));
            piece.push(here);
            if index % 2 == 0 {
                pieces.push(std::mem::take(&mut piece));
            } else {
                piece = vec![here];
            }
            index = (index + 1) % pattern.len();
            left = pattern[index];
        }
        left -= length - done;
        if index % 2 == 0 {
            piece.push((xb, yb));
        }
    }
    if index % 2 == 0 && piece.len() > 1 {
        pieces.push(piece);
    }
    pieces
}

/// The range of finite numbers, a little widened.
fn bounds(values: impl Iterator<Item = f64>) -> Result<(f64, f64)> {
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for value in values {
        if !value.is_finite() {
            return Err(Error::domain(format!("{value} cannot be drawn")));
        }
        (low, high) = (low.min(value), high.max(value));
    }
    if low > high {
        return Err(Error::domain("there is nothing to draw"));
    }
    // A single value still needs room around it.
    let margin = match 0.04 * (high - low) {
        m if m > 0.0 => m,
        _ => 0.1 * high.abs().max(1.0),
    };
    Ok((low - margin, high + margin))
}

/// A number on an axis, without trailing zeros.
fn trimmed(value: f64) -> String {
    let text = format!("{value:.6}");
    let short = text.trim_end_matches('0').trim_end_matches('.');
    match short {
        "0" | "-0" if value.abs() > 1e-12 => format!("{value:.1e}"),
        "-0" => "0".to_owned(),
        short => short.to_owned(),
    }
}

fn failed(error: impl Display) -> Error {
    Error::io(format!("cannot draw the plot: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plot(is_logarithmic: bool) -> Plot {
        Plot {
            title: "a < b & c".into(),
            subtitle: "7 networks".into(),
            x_label: "layer".into(),
            y_label: "mean".into(),
            is_logarithmic,
        }
    }

    fn line(label: &str, spread: f64) -> Series {
        let point = |i: i32| Point {
            x: f64::from(1 << i),
            y: -f64::from(i),
            stderr: 0.1,
            spread,
        };
        Series {
            label: label.into(),
            points: (0..6).map(point).collect(),
        }
    }

    #[test]
    fn a_plot_shows_its_texts_lines_and_bars() {
        let svg = plot(true)
            .svg(&[line("theta = 1", 0.0), line("theta = 2", 0.5)], &[])
            .unwrap();
        for text in [
            "layer",
            "mean",
            "theta = 1",
            "theta = 2",
            "a &lt; b &amp; c",
        ] {
            assert!(svg.contains(text), "{text}");
        }
        assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
        // The points, and one for each entry of the legend.
        assert_eq!(svg.matches("<circle").count(), 14);
        // One band, for the second line only.
        assert_eq!(svg.matches("<polygon").count(), 1);
        for width in ["1", "2", "4", "8", "16", "32"] {
            assert!(svg.contains(&format!("\n{width}\n")), "tick {width}");
        }
        let again = plot(true).svg(&[line("theta = 1", 0.0), line("theta = 2", 0.5)], &[]);
        assert_eq!(again.unwrap(), svg);
    }

    #[test]
    fn what_cannot_be_drawn_is_an_error() {
        assert!(plot(false).svg(&[], &[]).is_err());
        let mut bad = line("", 0.0);
        bad.points[2].y = f64::NAN;
        assert!(plot(false).svg(&[bad], &[]).is_err());
        let mut zero = line("", 0.0);
        zero.points[0].x = 0.0;
        assert!(plot(true).svg(&[zero.clone()], &[]).is_err());
        assert!(plot(false).svg(&[zero], &[]).is_ok());
    }

    #[test]
    fn curves_have_their_own_dashes_and_one_entry_a_style() {
        let curve = |style: usize, line: Option<usize>, up: f64| Curve {
            label: format!("rule {style}"),
            style,
            line,
            points: (0..6)
                .map(|i| (f64::from(1 << i), up - f64::from(i)))
                .collect(),
        };
        let curves = [
            curve(0, Some(0), 1.0),
            curve(0, Some(1), 2.0),
            curve(2, None, 3.0),
        ];
        let lines = [line("width 1", 0.0), line("width 2", 0.0)];
        let svg = plot(true).svg(&lines, &curves).unwrap();
        assert_eq!(svg.matches("rule 0").count(), 1);
        assert_eq!(svg.matches("rule 2").count(), 1);
        let alone = plot(true).svg(&lines[..1], &[]).unwrap();
        assert!(!alone.contains("width 1"), "a single line needs no legend");
        let low = Curve {
            points: vec![(1.0, f64::NAN)],
            ..curve(0, None, 0.0)
        };
        assert!(plot(true).svg(&lines, &[low]).is_err());
    }

    #[test]
    fn dashes_cover_the_drawn_part_of_a_line() {
        let line = [(0.0, 0.0), (3.0, 0.0), (10.0, 0.0)];
        let pieces = dashes(&line, &[2.0, 1.0], (1.0, 1.0));
        let ends: Vec<(f64, f64)> = pieces
            .iter()
            .map(|piece| (piece[0].0, piece[piece.len() - 1].0))
            .collect();
        assert_eq!(ends, [(0.0, 2.0), (3.0, 5.0), (6.0, 8.0), (9.0, 10.0)]);
        assert_eq!(dashes(&line, &[], (1.0, 1.0)), [line.to_vec()]);
    }

    #[test]
    fn axis_numbers_are_short() {
        assert_eq!(trimmed(0.25), "0.25");
        assert_eq!(trimmed(-3.0), "-3");
        assert_eq!(trimmed(1e-9), "1.0e-9");
        assert_eq!(trimmed(-0.0), "0");
    }
}
