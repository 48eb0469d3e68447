//! Plots as SVG. Everything that is a colour has a shape, too, and what is text or an axis takes the colour
//! of the page around it.

use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;

/// The width and height of a plot.
pub const SIZE: (u32, u32) = (720, 400);
/// Okabe and Ito (2008): told apart by those who see colours differently.
const COLOURS: [RGBColor; 7] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(120, 120, 120),
];
/// Marks on a line.
const MARKS: usize = 60;
/// What stands for the page's own colour until the end.
const INK: RGBColor = RGBColor(1, 2, 3);
const FAINT: RGBColor = RGBColor(3, 2, 1);

/// A number along an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// What it is.
    pub label: String,
    /// Whether steps are factors.
    pub log: bool,
}

/// Where, how much, and from where to where that may lie.
pub type Spot = (f64, f64, f64, f64);

/// A number over another.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// What it is.
    pub name: String,
    /// Where, how much, and from where to where that may lie.
    pub points: Vec<Spot>,
    /// Whether points are joined.
    pub joined: bool,
}

/// A field of a map.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// From zero to one, from light to dark.
    pub shade: f64,
    /// What stands in it.
    pub text: String,
}

/// A bar with its whisker, from zero on.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// What it is.
    pub name: String,
    /// Where it ends.
    pub value: f64,
    /// From where to where that may lie.
    pub low: f64,
    #[allow(missing_docs)]
    pub high: f64,
}

type Chart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// Curves with their bands.
pub fn curves(x: &Axis, y: &Axis, curves: &[Curve]) -> String {
    let place = |axis: &Axis, at: f64| if axis.log { at.log10() } else { at };
    let place = |(at, y1, y2, y3): Spot| (place(x, at), place(y, y1), place(y, y2), place(y, y3));
    let all = || curves.iter().flat_map(|curve| curve.points.iter().map(|point| place(*point)));
    // Marks at the border are seen whole.
    let beside = if curves.iter().all(|curve| curve.joined) { 0.0 } else { 0.03 };
    let across = spread(all().map(|point| point.0), beside);
    let up = spread(all().flat_map(|point| [point.1, point.2, point.3]), 0.05);
    let said = |axis: &Axis, at: f64, ends| match axis.log {
        true => short(10f64.powf(at)),
        false => between(at, ends),
    };
    svg(|root| {
        let mut chart = ChartBuilder::on(root)
            .margin(12)
            .x_label_area_size(48)
            .y_label_area_size(84)
            .build_cartesian_2d(across.0..across.1, up.0..up.1)?;
        chart
            .configure_mesh()
            .axis_style(INK)
            .bold_line_style(FAINT.mix(0.3))
            .light_line_style(TRANSPARENT)
            .label_style(("sans-serif", 14, &INK))
            .axis_desc_style(("sans-serif", 15, &INK))
            .x_labels(7)
            .y_labels(7)
            .x_desc(&x.label)
            .y_desc(&y.label)
            .x_label_formatter(&|at| said(x, *at, across))
            .y_label_formatter(&|at| said(y, *at, up))
            .draw()?;
        for (at, curve) in curves.iter().enumerate() {
            draw(&mut chart, at, curve, &place)?;
        }
        if curves.iter().any(|curve| !curve.name.is_empty()) {
            chart
                .configure_series_labels()
                .position(SeriesLabelPosition::UpperRight)
                .label_font(("sans-serif", 14, &INK))
                .border_style(FAINT.mix(0.5))
                .draw()?;
        }
        Ok(())
    })
}

fn draw<'b>(
    chart: &mut Chart<'_, 'b>,
    at: usize,
    curve: &Curve,
    place: &dyn Fn(Spot) -> Spot,
) -> Result<(), DrawingAreaErrorKind<std::io::Error>> {
    let colour = COLOURS[at % COLOURS.len()];
    let finite = curve.points.iter().filter(|point| point.1.is_finite());
    let points: Vec<_> = finite.map(|point| place(*point)).collect();
    let band = points.iter().any(|point| point.3 > point.2);
    if curve.joined && band {
        let there = points.iter().map(|point| (point.0, point.2));
        let back = points.iter().rev().map(|point| (point.0, point.3));
        let outline: Vec<_> = there.chain(back).collect();
        chart.draw_series([Polygon::new(outline, colour.mix(0.2))])?;
    }
    if curve.joined {
        let line: Vec<_> = points.iter().map(|point| (point.0, point.1)).collect();
        chart.draw_series([PathElement::new(line, colour.stroke_width(2))])?;
    }
    // A shape beside the colour; on a long line now and then.
    let every = if curve.joined { points.len().div_ceil(MARKS).max(1) } else { 1 };
    let spots = points.iter().step_by(every).map(|point| (point.0, point.1));
    let name = Some(&curve.name).filter(|name| !name.is_empty());
    match at % 3 {
        0 => {
            let drawn = chart.draw_series(spots.map(|at| Circle::new(at, 4, colour.filled())))?;
            if let Some(name) = name {
                drawn.label(name).legend(move |at| Circle::new(at, 4, colour.filled()));
            }
        }
        1 => {
            let marks = spots.map(|at| TriangleMarker::new(at, 5, colour.filled()));
            let drawn = chart.draw_series(marks)?;
            if let Some(name) = name {
                drawn.label(name).legend(move |at| TriangleMarker::new(at, 5, colour.filled()));
            }
        }
        _ => {
            let marks = spots.map(|at| Cross::new(at, 4, colour.stroke_width(2)));
            let drawn = chart.draw_series(marks)?;
            if let Some(name) = name {
                drawn.label(name).legend(move |at| Cross::new(at, 4, colour.stroke_width(2)));
            }
        }
    }
    Ok(())
}

/// Fields over two axes of values: `fields[row][column]`, rows from below.
pub fn map(
    x: &str,
    y: &str,
    columns: &[String],
    rows: &[String],
    fields: &[Vec<Option<Field>>],
) -> String {
    svg(|root| {
        let mut chart = grid(root, x, y, columns, rows)?;
        for (row, fields) in fields.iter().enumerate() {
            for (column, field) in fields.iter().enumerate() {
                let Some(Field { shade, text: said }) = field else { continue };
                let (left, low) = (column as f64, row as f64);
                let colour = COLOURS[0].mix(0.08 + 0.6 * shade.clamp(0.0, 1.0));
                chart.draw_series([Rectangle::new(
                    [(left, low), (left + 1.0, low + 1.0)],
                    colour.filled(),
                )])?;
                if columns.len() <= 16 && rows.len() <= 24 {
                    write(&mut chart, said, (left + 0.5, low + 0.5))?;
                }
            }
        }
        Ok(())
    })
}

/// A part of a grid: from one value of each of two keys to another, both included, by their numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Region {
    /// The first values.
    pub low: [usize; 2],
    /// The last.
    pub high: [usize; 2],
    /// Which kind of regions it is of, by number.
    pub kind: usize,
}

/// Regions over two axes of values, each kind with a colour and a sign; and marks at some of their places.
pub fn regions(
    [x, y]: [&str; 2],
    [columns, rows]: [&[String]; 2],
    signs: &[&str],
    regions: &[Region],
    marks: &[[usize; 2]],
) -> String {
    svg(|root| {
        let mut chart = grid(root, x, y, columns, rows)?;
        for Region { low, high, kind } in regions {
            let [left, below] = low.map(|at| at as f64);
            let [right, above] = high.map(|at| at as f64 + 1.0);
            let (corners, colour) = ([(left, below), (right, above)], COLOURS[*kind]);
            chart.draw_series([Rectangle::new(corners, colour.mix(0.35).filled())])?;
            chart.draw_series([Rectangle::new(corners, colour.mix(0.6))])?;
            let wide = (right - left) * 16.0 >= columns.len() as f64;
            if wide && (above - below) * 16.0 >= rows.len() as f64 {
                write(&mut chart, signs[*kind], ((left + right) / 2.0, (below + above) / 2.0))?;
            }
        }
        let marks = marks.iter().map(|at| at.map(|at| at as f64 + 0.5));
        chart.draw_series(marks.map(|[x, y]| Circle::new((x, y), 3, INK.filled())))?;
        Ok(())
    })
}

/// A text in the middle of a place.
fn write(chart: &mut Chart, text: &str, at: (f64, f64)) -> Drawn {
    use plotters::style::text_anchor::{HPos, Pos, VPos};
    let style = ("sans-serif", 13).into_font().color(&INK);
    let style = style.pos(Pos::new(HPos::Center, VPos::Center));
    chart.draw_series([Text::new(text.to_string(), at, style)])?;
    Ok(())
}

/// Two axes of values, a step for each.
fn grid<'a, 'b>(
    root: &'a DrawingArea<SVGBackend<'b>, Shift>,
    x: &str,
    y: &str,
    columns: &[String],
    rows: &[String],
) -> Result<Chart<'a, 'b>, DrawingAreaErrorKind<std::io::Error>> {
    use plotters::style::text_anchor::{HPos, Pos, VPos};
    let (width, height) = (columns.len() as f64, rows.len() as f64);
    let mut chart = ChartBuilder::on(root)
        .margin(12)
        .x_label_area_size(48)
        .y_label_area_size(96)
        .build_cartesian_2d(0.0..width, 0.0..height)?;
    chart
        .configure_mesh()
        .disable_mesh()
        .set_all_tick_mark_size(0)
        .axis_style(INK)
        .label_style(("sans-serif", 14, &TRANSPARENT))
        .axis_desc_style(("sans-serif", 15, &INK))
        .x_desc(x)
        .y_desc(y)
        .draw()?;
    let text = ("sans-serif", 13).into_font().color(&INK);
    let every = |count: usize| count.div_ceil(12).max(1);
    let area = chart.plotting_area().strip_coord_spec();
    let (across, up) = area.dim_in_pixel();
    let (left, top) = area.get_base_pixel();
    for (at, value) in columns.iter().enumerate().step_by(every(columns.len())) {
        let place = left + (across as f64 * (at as f64 + 0.5) / width) as i32;
        let style = text.pos(Pos::new(HPos::Center, VPos::Top));
        root.draw(&Text::new(value.clone(), (place, top + up as i32 + 6), style))?;
    }
    for (at, value) in rows.iter().enumerate().step_by(every(rows.len())) {
        let place = top + (up as f64 * (1.0 - (at as f64 + 0.5) / height)) as i32;
        let style = text.pos(Pos::new(HPos::Right, VPos::Center));
        root.draw(&Text::new(value.clone(), (left - 8, place), style))?;
    }
    Ok(chart)
}

/// Bars from above, each with its name and its number beside it.
pub fn tornado(x: &str, bars: &[Bar]) -> String {
    use plotters::style::text_anchor::{HPos, Pos, VPos};
    let ends = || bars.iter().flat_map(|bar| [0.0, bar.value, bar.low, bar.high]);
    let (low, high) = spread(ends(), 0.0);
    // On the right there is room for a number.
    let across = (low, high + (high - low) * 0.12);
    let names = bars.iter().map(|bar| bar.name.chars().count()).max().unwrap_or(0);
    svg(|root| {
        let up = bars.len() as f64;
        let mut chart = ChartBuilder::on(root)
            .margin(12)
            .x_label_area_size(48)
            .y_label_area_size((names as u32 * 8 + 16).clamp(84, SIZE.0 / 2))
            .build_cartesian_2d(across.0..across.1, 0.0..up)?;
        chart
            .configure_mesh()
            .disable_y_mesh()
            .axis_style(INK)
            .bold_line_style(FAINT.mix(0.3))
            .light_line_style(TRANSPARENT)
            .label_style(("sans-serif", 14, &INK))
            .axis_desc_style(("sans-serif", 15, &INK))
            .x_labels(7)
            .y_label_formatter(&|_| String::new())
            .x_desc(x)
            .x_label_formatter(&|at| between(*at, across))
            .draw()?;
        for (bar, middle) in bars.iter().zip(0..).map(|(bar, at)| (bar, up - 0.5 - f64::from(at))) {
            let corners = [(0.0, middle - 0.3), (bar.value, middle + 0.3)];
            chart.draw_series([Rectangle::new(corners, COLOURS[0].mix(0.5).filled())])?;
            let line = |from, to| PathElement::new(vec![from, to], INK.stroke_width(1));
            let (low, high) = (bar.low, bar.high);
            chart.draw_series([
                line((low, middle), (high, middle)),
                line((low, middle - 0.15), (low, middle + 0.15)),
                line((high, middle - 0.15), (high, middle + 0.15)),
            ])?;
        }
        let text = ("sans-serif", 14).into_font().color(&INK);
        for (bar, at) in bars.iter().zip(0..) {
            let middle = up - 0.5 - f64::from(at);
            let end = chart.backend_coord(&(bar.value.max(bar.high), middle));
            let style = text.pos(Pos::new(HPos::Left, VPos::Center));
            root.draw(&Text::new(short(bar.value), (end.0 + 6, end.1), style))?;
            let start = chart.backend_coord(&(across.0, middle));
            let style = text.pos(Pos::new(HPos::Right, VPos::Center));
            root.draw(&Text::new(bar.name.clone(), (start.0 - 10, start.1), style))?;
        }
        Ok(())
    })
}

type Drawn = Result<(), DrawingAreaErrorKind<std::io::Error>>;

/// The text of a plot.
fn svg(draw: impl FnOnce(&DrawingArea<SVGBackend, Shift>) -> Drawn) -> String {
    let mut text = String::new();
    {
        let root = SVGBackend::with_string(&mut text, SIZE).into_drawing_area();
        // It is written into memory.
        draw(&root).and_then(|()| root.present()).expect("nothing can fail");
    }
    text.retain(is_xml);
    let ink = format!("#{:02X}{:02X}{:02X}", INK.0, INK.1, INK.2);
    let faint = format!("#{:02X}{:02X}{:02X}", FAINT.0, FAINT.1, FAINT.2);
    let (width, height) = SIZE;
    text.replace(&ink, "currentColor").replace(&faint, "currentColor").replacen(
        &format!("width=\"{width}\" height=\"{height}\""),
        "width=\"100%\"",
        1,
    )
}

/// Whether a character may stand in XML (XML 1.0, section 2.2).
fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// From where to where numbers lie, with so much of it beside on both sides.
fn spread(numbers: impl Iterator<Item = f64>, beside: f64) -> (f64, f64) {
    let numbers = numbers.filter(|number| number.is_finite());
    let ends = numbers.fold(None, |ends, number| match ends {
        None => Some((number, number)),
        Some((low, high)) => Some((number.min(low), number.max(high))),
    });
    let (low, high): (f64, f64) = ends.unwrap_or((0.0, 1.0));
    let beside = match high - low {
        0.0 => low.abs().max(1.0) * 0.5,
        span => span * beside,
    };
    (low - beside, high + beside)
}

/// Powers of ten with a letter of their own.
const SIZES: [(f64, &str); 5] = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e4, "k"), (0.0, "")];

/// What numbers of that size are counted in, and the letter for it.
fn size(number: f64) -> (f64, &'static str) {
    let found = SIZES.iter().find(|(from, _)| number.abs() >= *from).copied();
    match found.unwrap_or((0.0, "")) {
        (_, "") => (1.0, ""),
        (_, "k") => (1e3, "k"),
        other => other,
    }
}

/// A number on an axis from one end to another: as many digits as tell its steps apart.
fn between(number: f64, (low, high): (f64, f64)) -> String {
    let (size, letter) = size(low.abs().max(high.abs()));
    let step = (high - low) / 8.0 / size;
    if !(1e-6..1e6).contains(&step) {
        return format!("{number:.2e}");
    }
    let digits = (-step.log10()).ceil().max(0.0) as usize;
    let text = format!("{:.digits$}", number / size);
    let text =
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    if ["0", "-0"].contains(&text) { "0".into() } else { format!("{text}{letter}") }
}

/// A number by itself, in three digits.
pub fn short(number: f64) -> String {
    if number.abs() >= 1e15 || (number != 0.0 && number.abs() < 1e-4) {
        return format!("{number:.1e}");
    }
    let (size, letter) = size(number);
    let number = number / size;
    let digits =
        if number == 0.0 { 0 } else { (2 - number.abs().log10().floor() as i32).clamp(0, 6) };
    let text = format!("{number:.*}", digits as usize);
    let text =
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{text}{letter}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_told_apart() {
        let alone = [
            (0.0, "0"),
            (0.123456, "0.123"),
            (1500.0, "1500"),
            (-25_000.0, "-25k"),
            (5e6, "5M"),
            (1e-9, "1.0e-9"),
        ];
        for (number, text) in alone {
            assert_eq!(short(number), text);
        }
        let on = |number| between(number, (44.7e6, 44.85e6));
        assert_ne!(on(44.76e6), on(44.78e6));
        assert_eq!(between(0.5, (0.0, 1.0)), "0.5");
        assert_eq!(between(-1e-18, (-1.0, 1.0)), "0");
    }

    /// What a plot says cannot become markup, and no colour of its own is left for what is text.
    #[test]
    fn a_plot_is_markup_of_its_own() {
        let axis = |label: &str| Axis { label: label.into(), log: false };
        let curve = Curve {
            name: "a<b".into(),
            points: vec![(1.0, 2.0, 1.5, 2.5), (2.0, f64::NAN, 0.0, 0.0), (3.0, 1.0, 1.0, 1.0)],
            joined: true,
        };
        let plot = curves(&axis("x<y"), &axis("&"), &[curve]);
        assert!(plot.contains("a&lt;b") && plot.contains("x&lt;y"), "{plot}");
        assert!(plot.contains("currentColor") && !plot.contains("#010203"), "{plot}");
        let field = Field { shade: 0.5, text: "✓".into() };
        let bar = |name: &str, value| Bar { name: name.into(), value, low: 0.5, high: 4.5 };
        let plot = tornado("mu*", &[bar("a<b", 4.0), bar("c", 0.0)]);
        assert!(plot.contains("a&lt;b") && !plot.contains("#010203"), "{plot}");
        let plot = map("x", "", &["1".into()], &["".into()], &[vec![Some(field)]]);
        assert!(plot.contains('✓'), "{plot}");
    }
}
