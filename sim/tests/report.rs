//! Pages of results: whole, self-contained, and readable without seeing the plots.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const SMALL: &str = "sim/scenarios/staking-small.toml";

fn carrots(args: &[&str]) -> Output {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let mut command = Command::new(env!("CARGO_BIN_EXE_carrots"));
    command.args(args).current_dir(root).output().expect("the binary runs")
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("report").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

/// The page of a sweep.
fn page(name: &str, vary: &[&str]) -> String {
    let folder = folder(name);
    let (rows, page) = (folder.join("rows"), folder.join("page.html"));
    let out = ["--out", text(&rows), "--threads", "1"];
    let swept = carrots(&[&["sweep", SMALL, "--runs", "2"], vary, &out[..]].concat());
    assert!(swept.status.success(), "{}", String::from_utf8_lossy(&swept.stderr));
    let plots = folder.join("plots");
    let made = carrots(&["report", text(&rows), "--out", text(&page), "--plots", text(&plots)]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let page = fs::read_to_string(page).expect("a page");
    let drawn = page.matches("<svg ").count();
    let named = |kind: &str| {
        let files = fs::read_dir(&plots).expect("plots").map(|file| file.expect("a file").path());
        files.filter(|file| file.extension().is_some_and(|own| own == kind)).collect::<Vec<_>>()
    };
    assert_eq!(named("svg").len(), drawn, "a picture of each plot");
    assert_eq!(named("png").len(), drawn, "and one of dots");
    for picture in named("png") {
        let bytes = fs::read(&picture).expect("a picture");
        assert!(bytes.starts_with(b"\x89PNG\r\n\x1a\n"), "{}", picture.display());
        let side = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four"));
        assert_eq!((side(16), side(20)), (1440, 800), "{}", picture.display());
        assert!(bytes.len() > 8_000, "{}: hardly anything is drawn", picture.display());
    }
    page
}

/// Nothing is fetched, and everything that is drawn has a name and a table.
fn is_whole(page: &str) {
    for outside in ["<script", "<link", "<img", "src=", "@import", "url("] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert_eq!(page.matches("http").count(), page.matches("http://www.w3.org/2000/svg").count());
    assert!(page.len() < 1 << 20, "{} bytes", page.len());
    let plots = page.matches("<svg ").count();
    assert!(plots > 0);
    assert_eq!(page.matches("<svg role=\"img\" aria-label=\"").count(), plots);
    assert_eq!(page.matches("<figure ").count(), plots);
    assert_eq!(page.matches("<summary>The numbers: ").count(), plots);
    assert_eq!(page.matches("aria-label=\"Enlarge: ").count(), plots);
    for tag in ["figure", "table", "details", "section", "svg", "div", "pre", "main", "tr"] {
        let (begun, ended) = (format!("<{tag}"), format!("</{tag}>"));
        let begun = page
            .match_indices(&begun)
            .filter(|(at, begun)| page[at + begun.len()..].starts_with([' ', '>', '\n']));
        assert_eq!(begun.count(), page.matches(&ended).count(), "<{tag}>");
    }
    assert!(!page.contains("NaN"), "what is not there is not drawn");
}

#[test]
fn a_curve_has_its_band_and_its_numbers() {
    let page = page("curve", &["--vary", "world.detection=0.0..1:3"]);
    is_whole(&page);
    for said in [
        "<h3>payoff by strategy</h3>",
        "aria-label=\"staked_share\"",
        "<td>0.5</td>",
        "confidence interval",
        "vary = [&quot;world.detection=0.0..1:3&quot;]",
    ] {
        assert!(page.contains(said), "{said}");
    }
}

#[test]
fn two_keys_make_a_map_of_values_and_of_verdicts() {
    let sets = [
        "--set",
        "audit.bonded=0",
        "--set",
        "audit.operators=2",
        "--set",
        "audit.eras=1",
        "--set",
        "world.reserve=0",
        "--set",
        "world.duty_cost=0",
    ];
    let vary =
        ["--vary", "audit.stake=1_000_000,2_000_000", "--vary", "world.offence_gain=0,900_001"];
    let page = page("map", &[&["--property", "nash"], &sets[..], &vary[..]].concat());
    is_whole(&page);
    // With the smaller stake it pays, with the larger it does not.
    let (violated, holds) = (page.matches("\n✗\n").count(), page.matches("\n✓\n").count());
    assert_eq!((violated, holds), (1, 3), "{page}");
    assert!(page.contains("<h3>nash: where it holds</h3>"));
}

/// Thousands of points of many keys: what lies close together is drawn as one, and the page stays small.
#[test]
fn many_points_make_a_small_page() {
    let drawn = [
        "--design",
        "latin",
        "--points",
        "1000",
        "--set",
        "run.horizon=2",
        "--set",
        "agents[0].count=2",
    ];
    let vary = ["--vary", "world.detection=0.0..1", "--vary", "params.max_operators=3..9"];
    let page = page("many", &[&drawn[..], &vary[..]].concat());
    is_whole(&page);
    assert!(page.contains("eight of ten") && page.contains("900 more rows are in the folder"));
}

/// Of both designs that tell: a bar for each key, with its name, its number, and the numbers behind it.
#[test]
fn keys_that_matter_make_a_tornado() {
    for (design, names) in
        [("morris", "<th scope=\"col\">sigma"), ("saltelli", "<th scope=\"col\">first")]
    {
        let drawn = ["--design", design, "--points", "4"];
        let vary = ["--vary", "world.detection=0.0..1", "--vary", "world.duty_cost=20,30"];
        let page = page(design, &[&drawn[..], &vary[..]].concat());
        is_whole(&page);
        assert!(page.contains("<h3>payoff_honest: which keys matter</h3>"), "{page}");
        assert!(page.contains("\nworld.duty_cost\n</text>") && page.contains(names), "{page}");
    }
}

#[test]
fn what_is_no_result_is_told() {
    let folder = folder("none");
    let refused = |folder: &Path, message: &str| {
        let out = folder.join("page.html");
        let output = carrots(&["report", text(folder), "--out", text(&out)]);
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert!(error.contains(message) && error.lines().count() == 1, "{error}");
        assert!(!out.exists(), "a page of nothing");
    };
    refused(&folder, "expected a folder of --out of sweep");
    let rows = folder.join("rows");
    carrots(&["sweep", SMALL, "--runs", "1", "--vary", "run.horizon=2..4", "--out", text(&rows)]);
    let points = fs::read_to_string(rows.join("points.csv")).expect("rows");
    fs::write(rows.join("points.csv"), points.replacen("\n1,3,", "\n1,4,", 1))
        .expect("it can be written");
    refused(&rows, "points.csv:3: not the row that was written here");
}

/// A look at what has only begun: no rows are no reason to panic.
#[test]
fn a_page_of_nothing_yet_says_so() {
    let folder = folder("begun");
    for (name, vary) in [("map", "agents[1].strategy=lazy,honest"), ("curve", "run.horizon=2..4")] {
        let rows = folder.join(name);
        carrots(&["sweep", SMALL, "--runs", "1", "--vary", vary, "--out", text(&rows)]);
        fs::write(rows.join("points.csv"), "").expect("it can be written");
        let page = folder.join("page.html");
        let made = carrots(&["report", text(&rows), "--out", text(&page)]);
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let page = fs::read_to_string(page).expect("a page");
        assert!(page.contains("more are not there yet") && !page.contains("<svg"), "{name}");
    }
}
