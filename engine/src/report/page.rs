//! Figures as one page of HTML that needs nothing beside itself.

use super::figure::{Figure, Table};
use super::section::Section;
use std::fmt::Write;

/// How it looks: light and dark, on a phone and on paper.
const STYLE: &str = include_str!("page.css");

/// A page of some results.
pub fn page(sections: &[Section]) -> String {
    let title = match sections {
        [one] => one.title.clone(),
        _ => format!("{} results", sections.len()),
    };
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\">\n<title>{0}</title>\n<style>\n{STYLE}</style>\n</head>\n\
         <body>\n<main>\n<h1>{0}</h1>\n",
        escaped(&title)
    );
    for (number, one) in sections.iter().enumerate() {
        section(&mut page, number, one, sections.len() > 1);
    }
    page + "</main>\n</body>\n</html>\n"
}

fn section(page: &mut String, number: usize, section: &Section, several: bool) {
    let Section { title, about, tables, figures, told, again, scenario } = section;
    let _ = writeln!(page, "<section>");
    if several {
        let _ = writeln!(page, "<h2>{}</h2>", escaped(title));
    }
    let _ = writeln!(page, "<p>{}</p>", escaped(about));
    let titles =
        figures.iter().map(|figure| &figure.title).chain(told.iter().map(|(title, ..)| title));
    if several || figures.len() + told.len() > 3 {
        let _ = writeln!(page, "<nav aria-label=\"{}\"><ul>", escaped(title));
        for (at, title) in titles.enumerate() {
            let _ = writeln!(page, "<li><a href=\"#f{number}-{at}\">{}</a></li>", escaped(title));
        }
        let _ = writeln!(page, "</ul></nav>");
    }
    for (title, table) in tables {
        let _ = writeln!(page, "<h3>{}</h3>", escaped(title));
        tabled(page, table);
    }
    for (at, figure) in figures.iter().enumerate() {
        drawn(page, &format!("f{number}-{at}"), figure);
    }
    for (at, (title, words, steps)) in told.iter().enumerate() {
        let at = figures.len() + at;
        let _ = writeln!(
            page,
            "<h3 id=\"f{number}-{at}\">{}</h3>\n<pre class=\"told\" tabindex=\"0\">{}</pre>",
            escaped(title),
            escaped(words)
        );
        if let Some(steps) = steps {
            let _ = writeln!(page, "<details><summary>Step by step: {}</summary>", escaped(title));
            tabled(page, steps);
            let _ = writeln!(page, "</details>");
        }
    }
    let _ = writeln!(
        page,
        "<h3>How to make it again</h3>\n<p>{}</p>\n<details><summary>The scenario, with all \
         parameters</summary>\n<pre tabindex=\"0\">{}</pre>\n</details>\n</section>",
        escaped(again),
        escaped(scenario)
    );
}

fn drawn(page: &mut String, id: &str, figure: &Figure) {
    let Figure { title, note, plot, table } = figure;
    let (title, note) = (escaped(title), escaped(note));
    // The plot is named by its caption, and described by its table.
    let plot = plot.replacen("<svg ", &format!("<svg role=\"img\" aria-label=\"{title}\" "), 1);
    let _ = writeln!(
        page,
        "<figure id=\"{id}\">\n<h3>{title}</h3>\n<label class=\"zoom\"><input type=\"checkbox\" \
         aria-label=\"Enlarge: {title}\"> enlarge</label>\n<div class=\"plot\" tabindex=\"0\">{plot}</div>\n<figcaption>{note}</figcaption>\n<details><summary>The \
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

#[cfg(test)]
mod tests {
    use super::STYLE;

    /// How bright a colour is to the eye (WCAG 2.2, relative luminance).
    fn luminance(colour: &str) -> f64 {
        let hex = colour.trim_start_matches('#');
        let wide: String = match hex.len() {
            3 => hex.chars().flat_map(|digit| [digit, digit]).collect(),
            _ => hex.into(),
        };
        let part = |at: usize| {
            let part = u8::from_str_radix(&wide[at..at + 2], 16).expect("a colour");
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(0) + 0.7152 * part(2) + 0.0722 * part(4)
    }

    #[test]
    fn contrast_is_that_of_wcag_aa_in_light_and_dark() {
        let schemes: Vec<&str> = STYLE.split(":root {").skip(1).collect();
        assert_eq!(schemes.len(), 2);
        for scheme in schemes {
            let colour = |name: &str| {
                let (_, rest) = scheme.split_once(&format!("--{name}: ")).expect("it is there");
                luminance(rest.split(';').next().unwrap_or_default())
            };
            let contrast = |one: f64, other: f64| (one.max(other) + 0.05) / (one.min(other) + 0.05);
            for (name, least) in [("ink", 4.5), ("link", 4.5), ("line", 3.0)] {
                let found = contrast(colour(name), colour("paper"));
                assert!(found >= least, "{name}: {found:.2}");
            }
        }
    }
}
