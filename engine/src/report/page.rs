//! Figures as one page of HTML that needs nothing beside itself.

use super::figure::{Figure, Table, figures};
use super::source::Source;
use crate::rows::Cell;
use std::fmt::Write;

/// How it looks: light and dark, on a phone and on paper.
const STYLE: &str = include_str!("page.css");

/// A page of some results.
pub fn page(sources: &[Source]) -> String {
    let title = match sources {
        [one] => format!("{}: {}", one.mechanism, question(one)),
        _ => format!("{} sweeps", sources.len()),
    };
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\">\n<title>{0}</title>\n<style>\n{STYLE}</style>\n</head>\n\
         <body>\n<main>\n<h1>{0}</h1>\n",
        escaped(&title)
    );
    for (number, source) in sources.iter().enumerate() {
        section(&mut page, number, source, sources.len() > 1);
    }
    page + "</main>\n</body>\n</html>\n"
}

/// What a sweep asks.
fn question(source: &Source) -> String {
    let keys: Vec<&str> = source.keys.iter().map(|key| key.name.as_str()).collect();
    match keys.split_last() {
        None => "what comes of it".into(),
        Some((last, [])) => format!("what comes of {last}"),
        Some((last, others)) => format!("what comes of {} and {last}", others.join(", ")),
    }
}

fn section(page: &mut String, number: usize, source: &Source, several: bool) {
    let all = figures(source);
    let _ = writeln!(page, "<section>");
    if several {
        let _ = writeln!(
            page,
            "<h2>{}: {}</h2>",
            escaped(&source.mechanism),
            escaped(&question(source))
        );
    }
    let _ = writeln!(page, "<p>{}</p>", escaped(&summary(source)));
    if several || all.len() > 3 {
        let _ = writeln!(page, "<nav aria-label=\"Figures\"><ul>");
        for (at, figure) in all.iter().enumerate() {
            let _ = writeln!(
                page,
                "<li><a href=\"#f{number}-{at}\">{}</a></li>",
                escaped(&figure.title)
            );
        }
        let _ = writeln!(page, "</ul></nav>");
    }
    for (at, figure) in all.iter().enumerate() {
        drawn(page, &format!("f{number}-{at}"), figure);
    }
    let problems = problems(source);
    if !problems.is_empty() {
        let _ = writeln!(page, "<h3>Points with a problem</h3>");
        tabled(page, &problems);
    }
    let _ = writeln!(
        page,
        "<h3>What is swept</h3>\n<p>As a scenario: <code>carrots sweep FILE --out FOLDER</code> makes the same \
         rows again, <code>carrots report FOLDER --out page.html</code> this page. Each row of \
         <code>{}</code> has the command of its own point.</p>\n<details><summary>The scenario, with all \
         parameters</summary>\n<pre tabindex=\"0\">{}</pre>\n</details>\n</section>",
        escaped(&source.folder.join("points.csv").display().to_string()),
        escaped(&source.text)
    );
}

fn summary(source: &Source) -> String {
    let mut text = format!("{} points. ", source.rows.len());
    if source.missing > 0 {
        text += &format!("{} more are not there yet. ", source.missing);
    }
    text += &format!("Intended is {}. ", source.intended);
    let unit = match source.token.name.as_str() {
        "" => "the smallest unit".to_string(),
        name => name.to_string(),
    };
    text + &format!("Amounts are in {unit}; all points have the same seed.")
}

fn problems(source: &Source) -> Table {
    let place = source.columns.iter().position(|column| column.name == "problem");
    let with = source.rows.iter().filter(|row| place.is_some_and(|at| row[at] != Cell::None));
    let keys: Vec<usize> = (1..=source.keys.len()).chain(place).collect();
    let rows: Vec<Vec<String>> =
        with.map(|row| keys.iter().map(|at| row[*at].to_string()).collect()).collect();
    let more = rows.len().saturating_sub(20);
    Table {
        header: keys.iter().map(|at| source.columns[*at].name.clone()).collect(),
        rows: rows.into_iter().take(20).collect(),
        more,
    }
}

impl Table {
    fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

fn drawn(page: &mut String, id: &str, figure: &Figure) {
    let Figure { title, note, plot, table } = figure;
    let (title, note) = (escaped(title), escaped(note));
    // The plot is named by its caption, and described by its table.
    let plot = plot.replacen("<svg ", &format!("<svg role=\"img\" aria-label=\"{title}\" "), 1);
    let _ = writeln!(
        page,
        "<figure id=\"{id}\">\n<h3>{title}</h3>\n<div class=\"plot\" tabindex=\"0\">{plot}</div>\n<figcaption>{note}</figcaption>\n<details><summary>The \
         numbers: {title}</summary>"
    );
    tabled(page, table);
    let _ = writeln!(page, "</details>\n</figure>");
}

fn tabled(page: &mut String, table: &Table) {
    let cells = |page: &mut String, tag: &str, row: &[String]| {
        let _ = write!(page, "<tr>");
        for cell in row {
            let _ =
                write!(page, "<{tag}>{}</{}>", escaped(cell), tag.split(' ').next().unwrap_or(tag));
        }
        let _ = writeln!(page, "</tr>");
    };
    let _ = writeln!(page, "<div class=\"table\" tabindex=\"0\"><table>\n<thead>");
    cells(page, "th scope=\"col\"", &table.header);
    let _ = writeln!(page, "</thead>\n<tbody>");
    table.rows.iter().for_each(|row| cells(page, "td", row));
    let _ = writeln!(page, "</tbody>\n</table></div>");
    if table.more > 0 {
        let _ = writeln!(page, "<p>{} more rows are in the folder.</p>", table.more);
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
