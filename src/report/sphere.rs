//! Fields on the sphere as charts: panels of depth bands with the boundary of an excursion set, as SVG.
//!
//! A field is given on a square grid over the disc that the sphere looks like from afar. The region where
//! it is at least a level is the union of the grid's cells, each cut along the straight line between the
//! points where its edges meet the level (marching squares); regions of higher levels are painted over
//! those of lower ones. Runs of whole cells are one rectangle. The same fields give the same bytes.

use std::fmt::Write;

use crate::error::{Error, Result};

/// Pixels of a panel's disc across, and the space around it.
const DISC: f64 = 200.0;
const GAP: f64 = 18.0;
const TITLE: f64 = 44.0;
const HEADING: f64 = 22.0;
const ROW_LABEL: f64 = 126.0;

/// Levels of the bands in standard deviations, and the colour from each level up: deep water to land.
const BANDS: [(f64, &str); 7] = [
    (-1.5, "#2f6f9f"),
    (-1.0, "#4f8fbb"),
    (-0.5, "#7fb2d3"),
    (0.0, "#f3e3b3"),
    (0.5, "#e3c67f"),
    (1.0, "#c79f55"),
    (1.5, "#a3763a"),
];
/// Below the lowest level.
const DEEPEST: &str = "#17486f";

/// A field over the visible half of the sphere.
#[derive(Debug, Clone)]
pub struct Disc {
    /// The heading above the disc.
    pub heading: String,
    /// Points along a side of the grid.
    pub side: usize,
    /// Half the width of the grid, in radii of the disc.
    pub reach: f64,
    /// Values row by row, from the upper left, in standard deviations.
    pub values: Vec<f64>,
}

/// A row of discs with what they have in common.
#[derive(Debug, Clone)]
pub struct Strip {
    /// What the row shows, a line an entry.
    pub label: Vec<String>,
    /// Its discs.
    pub discs: Vec<Disc>,
}

/// Room for title and legend beside few discs.
const NARROWEST: f64 = 500.0;
/// The height of the legend.
const LEGEND: f64 = 76.0;

/// The chart of all rows; the boundary of {T ≥ `level`} is drawn as a line.
///
/// # Errors
/// A domain error if there is nothing to draw, a grid has not side² finite values, or the level is not finite.
pub fn chart(title: &str, strips: &[Strip], level: f64) -> Result<String> {
    let columns = strips.iter().map(|strip| strip.discs.len()).max();
    let columns = columns.filter(|n| *n > 0).ok_or_else(nothing)?;
    if !level.is_finite() {
        return Err(Error::domain(format!("the level {level} cannot be drawn")));
    }
    let width = (ROW_LABEL + columns as f64 * (DISC + GAP) + GAP).max(NARROWEST);
    let step = HEADING + DISC + GAP;
    let height = TITLE + strips.len() as f64 * step + LEGEND;
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\">\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"white\"/>\n\
         <text x=\"{}\" y=\"28\" font-size=\"17\" text-anchor=\"middle\">{}</text>\n",
        width / 2.0,
        escaped(title)
    );
    for (row, strip) in strips.iter().enumerate() {
        let top = TITLE + row as f64 * step;
        for (k, line) in strip.label.iter().enumerate() {
            let weight = if k == 0 { "bold" } else { "normal" };
            let y = top + HEADING + DISC / 2.0 + 19.0 * k as f64
                - 9.5 * strip.label.len().saturating_sub(1) as f64;
            put(
                &mut text,
                format_args!(
                    "<text x=\"14\" y=\"{y}\" font-size=\"14\" font-weight=\"{weight}\">{}</text>\n",
                    escaped(line)
                ),
            );
        }
        for (column, disc) in strip.discs.iter().enumerate() {
            let left = ROW_LABEL + GAP + column as f64 * (DISC + GAP);
            draw(&mut text, disc, (left, top), level)?;
        }
    }
    legend(&mut text, (ROW_LABEL + GAP, height - LEGEND + 10.0), level);
    text.push_str("</svg>\n");
    Ok(text)
}

fn nothing() -> Error {
    Error::domain("there is nothing to draw")
}

/// Writing to a string cannot fail.
fn put(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    let _ = text.write_fmt(arguments);
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

fn draw(text: &mut String, disc: &Disc, (left, top): (f64, f64), level: f64) -> Result<()> {
    let side = disc.side;
    if side < 2 || disc.values.len() != side * side {
        return Err(nothing());
    }
    if let Some(wrong) = disc.values.iter().find(|v| !v.is_finite()) {
        return Err(Error::domain(format!("{wrong} cannot be drawn")));
    }
    let middle = left + DISC / 2.0;
    let centre = top + HEADING + DISC / 2.0;
    put(
        text,
        format_args!(
            "<text x=\"{middle}\" y=\"{}\" font-size=\"14\" text-anchor=\"middle\">{}</text>\n\
             <clipPath id=\"c{left}-{top}\"><circle cx=\"{middle}\" cy=\"{centre}\" r=\"{}\"/></clipPath>\n\
             <g clip-path=\"url(#c{left}-{top})\">\
             <circle cx=\"{middle}\" cy=\"{centre}\" r=\"{}\" fill=\"{DEEPEST}\"/>\n",
            top + 14.0,
            escaped(&disc.heading),
            DISC / 2.0,
            DISC / 2.0,
        ),
    );
    // Grid units: a tenth of a step is one, so that paths are written in whole numbers.
    let scale = DISC * disc.reach / (10.0 * (side - 1) as f64);
    let origin = (
        middle - DISC * disc.reach / 2.0,
        centre - DISC * disc.reach / 2.0,
    );
    put(
        text,
        format_args!(
            "<g transform=\"translate({} {}) scale({scale})\" stroke-linejoin=\"round\">\n",
            origin.0, origin.1
        ),
    );
    for (band, colour) in BANDS {
        let (region, _) = region(&disc.values, side, band);
        if !region.is_empty() {
            put(
                text,
                format_args!("<path fill=\"{colour}\" d=\"{region}\"/>\n"),
            );
        }
    }
    let (_, boundary) = region(&disc.values, side, level);
    if !boundary.is_empty() {
        put(
            text,
            format_args!(
                "<path fill=\"none\" stroke=\"#1a1a1a\" stroke-width=\"{}\" d=\"{boundary}\"/>\n",
                1.1 / scale
            ),
        );
    }
    put(
        text,
        format_args!(
            "</g></g>\n<circle cx=\"{middle}\" cy=\"{centre}\" r=\"{}\" fill=\"none\" stroke=\"#444\"/>\n",
            DISC / 2.0
        ),
    );
    Ok(())
}

/// The paths of {value ≥ level} and of its boundary, in tenths of a step.
fn region(values: &[f64], side: usize, level: f64) -> (String, String) {
    let (mut fill, mut line) = (String::new(), String::new());
    for row in 0..side - 1 {
        let mut run = None;
        for column in 0..side - 1 {
            let corner = |dx: usize, dy: usize| {
                let value = values[(row + dy) * side + column + dx] - level;
                (10 * (column + dx) as i64, 10 * (row + dy) as i64, value)
            };
            // Clockwise as drawn.
            let corners = [corner(0, 0), corner(1, 0), corner(1, 1), corner(0, 1)];
            let inside = corners.iter().filter(|c| c.2 >= 0.0).count();
            if inside == 4 {
                run.get_or_insert(column);
                continue;
            }
            if let Some(first) = run.take() {
                rectangle(&mut fill, row, first, column);
            }
            if inside > 0 {
                cut(&mut fill, &mut line, &corners);
            }
        }
        if let Some(first) = run {
            rectangle(&mut fill, row, first, side - 1);
        }
    }
    (fill, line)
}

fn rectangle(fill: &mut String, row: usize, first: usize, end: usize) {
    let width = 10 * (end - first);
    put(
        fill,
        format_args!("M{} {}h{width}v10h-{width}z", 10 * first, 10 * row),
    );
}

/// The part of a cell that is inside, and the segments along which it was cut.
fn cut(fill: &mut String, line: &mut String, corners: &[(i64, i64, f64); 4]) {
    let mut before: Option<(i64, i64)> = None;
    let mut go = |x: i64, y: i64| {
        match before {
            None => put(fill, format_args!("M{x} {y}")),
            Some((a, b)) => put(fill, format_args!("l{} {}", x - a, y - b)),
        }
        before = Some((x, y));
    };
    let mut crossings: Vec<(i64, i64, bool)> = Vec::new();
    for (k, &(x, y, value)) in corners.iter().enumerate() {
        let (x2, y2, next) = corners[(k + 1) % 4];
        if value >= 0.0 {
            go(x, y);
        }
        if (value >= 0.0) != (next >= 0.0) {
            let t = value / (value - next);
            let at = |a: i64, b: i64| (a as f64 + t * (b as f64 - a as f64)).round() as i64;
            let (x, y) = (at(x, x2), at(y, y2));
            go(x, y);
            crossings.push((x, y, value >= 0.0));
        }
    }
    fill.push('z');
    // Leaving the inside at one crossing, the polygon enters it again at the next.
    for (k, &(x, y, leaves)) in crossings.iter().enumerate() {
        if leaves {
            let (x2, y2, _) = crossings[(k + 1) % crossings.len()];
            put(line, format_args!("M{x} {y}l{} {}", x2 - x, y2 - y));
        }
    }
}

fn legend(text: &mut String, (left, top): (f64, f64), level: f64) {
    let width = 36.0;
    let colours = std::iter::once(DEEPEST).chain(BANDS.iter().map(|band| band.1));
    for (k, colour) in colours.enumerate() {
        let x = left + k as f64 * width;
        put(
            text,
            format_args!(
                "<rect x=\"{x}\" y=\"{top}\" width=\"{width}\" height=\"10\" fill=\"{colour}\"/>\n"
            ),
        );
    }
    for (k, (band, _)) in BANDS.iter().enumerate() {
        let x = left + (k + 1) as f64 * width;
        put(
            text,
            format_args!(
                "<text x=\"{x}\" y=\"{}\" font-size=\"11\" text-anchor=\"middle\">{band}</text>\n",
                top + 21.0
            ),
        );
    }
    let lines = [
        "output in standard deviations".to_owned(),
        format!("line: boundary of the excursion set above {level}"),
    ];
    for (line, y) in lines.iter().zip([40.0, 56.0]) {
        put(
            text,
            format_args!(
                "<text x=\"{left}\" y=\"{}\" font-size=\"12\">{line}</text>\n",
                top + y
            ),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Twice the signed area of a path of straight segments and rectangles.
    fn area(path: &str) -> f64 {
        let mut total = 0.0;
        for loop_ in path.split_terminator('z') {
            let body = loop_.trim_start_matches('M');
            if let Some((start, rest)) = body.split_once('h') {
                assert!(start.split_once(' ').is_some());
                total += 2.0 * 10.0 * rest.split_once('v').unwrap().0.parse::<f64>().unwrap();
                continue;
            }
            let mut at = (0.0, 0.0);
            let points: Vec<(f64, f64)> = body
                .split('l')
                .map(|p| p.split_once(' ').unwrap())
                .map(|(x, y)| (x.parse::<f64>().unwrap(), y.parse::<f64>().unwrap()))
                .map(|(x, y)| {
                    at = (at.0 + x, at.1 + y);
                    at
                })
                .collect();
            for (k, a) in points.iter().enumerate() {
                let b = points[(k + 1) % points.len()];
                total += a.0 * b.1 - b.0 * a.1;
            }
        }
        total / 2.0
    }

    #[test]
    fn regions_have_the_area_of_the_field() {
        // {x + 2y ≥ level} on the square of 9 × 9 steps, against the exact area, to the rounding of the path.
        let side = 10;
        let values: Vec<f64> = (0..side * side)
            .map(|i| (i % side) as f64 + 2.0 * (i / side) as f64)
            .collect();
        for level in [-1.0, 3.0, 9.0, 13.7, 30.0] {
            let fine = 3000;
            let inside = (0..fine * fine)
                .filter(|i| {
                    let at = |k: usize| 9.0 * (k as f64 + 0.5) / fine as f64;
                    at(i % fine) + 2.0 * at(i / fine) >= level
                })
                .count();
            let exact = 8100.0 * inside as f64 / (fine * fine) as f64;
            let (fill, line) = region(&values, side, level);
            assert!(
                (area(&fill) - exact).abs() < 25.0,
                "{level}: {exact} {fill}"
            );
            let nothing_cut = level == -1.0 || level == 30.0;
            assert_eq!(line.is_empty(), nothing_cut, "{level}");
        }
        // A saddle: two corners inside.
        let (fill, line) = region(&[1.0, -1.0, -1.0, 1.0], 2, 0.0);
        assert_eq!(area(&fill), 75.0);
        assert_eq!(line.matches('M').count(), 2);
    }

    #[test]
    fn a_chart_shows_its_texts_and_is_well_formed() {
        let disc = |heading: &str| Disc {
            heading: heading.into(),
            side: 8,
            reach: 1.0,
            values: (0..64).map(|i| f64::from(i) / 16.0 - 2.0).collect(),
        };
        let strip = Strip {
            label: vec!["relu <".into(), "sparse".into()],
            discs: vec![disc("L = 1"), disc("L & 2")],
        };
        let svg = chart("title", std::slice::from_ref(&strip), 0.5).unwrap();
        for text in [
            "title",
            "relu &lt;",
            "sparse",
            "L = 1",
            "L &amp; 2",
            "above 0.5",
        ] {
            assert!(svg.contains(text), "{text}");
        }
        assert_eq!(svg.matches("<g").count(), svg.matches("</g>").count());
        assert_eq!(svg.matches("<path").count(), 2 * (BANDS.len() + 1));
        assert_eq!(
            chart("title", std::slice::from_ref(&strip), 0.5).unwrap(),
            svg
        );
        let mut wrong = strip.clone();
        wrong.discs[1].values[3] = f64::NAN;
        assert!(chart("title", &[wrong], 0.0).is_err());
        let mut short = strip;
        short.discs[0].values.pop();
        assert!(chart("title", &[short], 0.0).is_err());
        assert!(chart("title", &[], 0.0).is_err());
    }
}
