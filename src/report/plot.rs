//! Estimates against a parameter, as SVG: means with their standard errors, and a band of one standard
//! deviation of the law where it was measured.
//!
//! The same series give the same bytes everywhere.

use std::fmt::Display;

use plotters::prelude::*;

use crate::error::{Error, Result};

/// Width and height in pixels.
const SIZE: (u32, u32) = (860, 540);
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

/// What a plot says of itself.
#[derive(Debug, Clone)]
pub struct Plot {
    /// The heading.
    pub title: String,
    /// The parameter.
    pub x_label: String,
    /// The estimated quantity.
    pub y_label: String,
    /// Whether x is drawn on a binary logarithmic scale, as widths are.
    pub is_logarithmic: bool,
}

impl Plot {
    /// The picture as the text of an SVG file.
    ///
    /// # Errors
    /// A domain error if there is no finite point, or x is not positive on a logarithmic scale.
    pub fn svg(&self, series: &[Series]) -> Result<String> {
        let at = |x: f64| if self.is_logarithmic { x.log2() } else { x };
        let all = || series.iter().flat_map(|line| &line.points);
        let reach = |p: &Point| p.stderr.max(p.spread);
        let (x0, x1) = bounds(all().map(|p| at(p.x)))?;
        let (y0, y1) = bounds(all().flat_map(|p| [p.y - reach(p), p.y + reach(p)]))?;
        let mut text = String::new();
        {
            let area = SVGBackend::with_string(&mut text, SIZE).into_drawing_area();
            area.fill(&WHITE).map_err(failed)?;
            let mut chart = ChartBuilder::on(&area)
                .caption(&self.title, ("sans-serif", 20))
                .margin(14)
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
                .x_desc(&self.x_label)
                .y_desc(&self.y_label)
                .x_labels(ticks)
                .x_label_formatter(&label)
                .y_label_formatter(&|y| trimmed(*y))
                .axis_desc_style(("sans-serif", 16))
                .label_style(("sans-serif", 14))
                .draw()
                .map_err(failed)?;
            for (line, colour) in series.iter().zip(COLOURS.iter().cycle()) {
                let points: Vec<Point> = line
                    .points
                    .iter()
                    .map(|p| Point { x: at(p.x), ..*p })
                    .collect();
                if points.iter().any(|p| p.spread > 0.0) {
                    let upper = points.iter().map(|p| (p.x, p.y + p.spread));
                    let lower = points.iter().rev().map(|p| (p.x, p.y - p.spread));
                    let outline: Vec<(f64, f64)> = upper.chain(lower).collect();
                    chart
                        .draw_series([Polygon::new(outline, colour.mix(0.15))])
                        .map_err(failed)?;
                }
                let middle: Vec<(f64, f64)> = points.iter().map(|p| (p.x, p.y)).collect();
                let drawn = chart
                    .draw_series([PathElement::new(middle, colour.stroke_width(2))])
                    .map_err(failed)?;
                if !line.label.is_empty() {
                    let colour = *colour;
                    drawn.label(&line.label).legend(move |(x, y)| {
                        PathElement::new(vec![(x, y), (x + 22, y)], colour.stroke_width(2))
                    });
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
            if series.iter().any(|line| !line.label.is_empty()) {
                chart
                    .configure_series_labels()
                    .background_style(WHITE.mix(0.85))
                    .border_style(BLACK.mix(0.4))
                    .label_font(("sans-serif", 14))
                    .draw()
                    .map_err(failed)?;
            }
            area.present().map_err(failed)?;
        }
        Ok(text)
    }
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
            .svg(&[line("theta = 1", 0.0), line("theta = 2", 0.5)])
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
        assert_eq!(svg.matches("<circle").count(), 12);
        // One band, for the second line only.
        assert_eq!(svg.matches("<polygon").count(), 1);
        for width in ["1", "2", "4", "8", "16", "32"] {
            assert!(svg.contains(&format!("\n{width}\n")), "tick {width}");
        }
        let again = plot(true).svg(&[line("theta = 1", 0.0), line("theta = 2", 0.5)]);
        assert_eq!(again.unwrap(), svg);
    }

    #[test]
    fn what_cannot_be_drawn_is_an_error() {
        assert!(plot(false).svg(&[]).is_err());
        let mut bad = line("", 0.0);
        bad.points[2].y = f64::NAN;
        assert!(plot(false).svg(&[bad]).is_err());
        let mut zero = line("", 0.0);
        zero.points[0].x = 0.0;
        assert!(plot(true).svg(&[zero.clone()]).is_err());
        assert!(plot(false).svg(&[zero]).is_ok());
    }

    #[test]
    fn axis_numbers_are_short() {
        assert_eq!(trimmed(0.25), "0.25");
        assert_eq!(trimmed(-3.0), "-3");
        assert_eq!(trimmed(1e-9), "1.0e-9");
        assert_eq!(trimmed(-0.0), "0");
    }
}
