//! `carrots solve` as its users see it: published games, conversions, messages and exit statuses.

use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn carrots(args: &[&str]) -> Output {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let mut command = Command::new(env!("CARGO_BIN_EXE_carrots"));
    command.arg("solve").args(args).current_dir(root).output().expect("the binary runs")
}

/// What is printed as JSON, with this exit status.
fn json(status: i32, args: &[&str]) -> Value {
    let output = carrots(&[args, &["--format", "json"]].concat());
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(status), "carrots solve {}: {error}", args.join(" "));
    serde_json::from_slice(&output.stdout).expect("one JSON document")
}

/// Profiles and payoffs, in an order of their own.
fn equilibria(document: &Value) -> Vec<(Value, Value)> {
    let all = document["equilibria"].as_array().expect("a list");
    let mut all: Vec<_> =
        all.iter().map(|one| (one["profile"].clone(), one["payoffs"].clone())).collect();
    all.sort_by_key(|(profile, _)| profile.to_string());
    all
}

fn file(name: &str) -> String {
    format!("engine/games/{name}")
}

/// A folder of a test's own, empty at first.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

/// Exit status 2, nothing on stdout, and one line on stderr.
fn refused(output: &Output) -> String {
    ended(output, 2)
}

/// The same with exit status 3: a limit was reached before there was anything to print.
fn stopped(output: &Output) -> String {
    ended(output, 3)
}

fn ended(output: &Output, status: i32) -> String {
    let error = String::from_utf8_lossy(&output.stderr).to_string();
    assert_eq!(output.status.code(), Some(status), "{error}");
    assert!(output.stdout.is_empty(), "{error}");
    assert_eq!(error.lines().count(), 1, "{error}");
    error
}

#[test]
fn all_equilibria_of_published_games() {
    let third = json!(["1/3", "1/3", "1/3"]);
    let cases = [
        ("prisoners-dilemma", vec![(json!([["0", "1"], ["0", "1"]]), json!(["1", "1"]))]),
        ("matching-pennies", vec![(json!([["1/2", "1/2"], ["1/2", "1/2"]]), json!(["0", "0"]))]),
        (
            "battle-of-the-sexes",
            vec![
                (json!([["0", "1"], ["0", "1"]]), json!(["1", "2"])),
                (json!([["1", "0"], ["1", "0"]]), json!(["2", "1"])),
                (json!([["2/3", "1/3"], ["1/3", "2/3"]]), json!(["2/3", "2/3"])),
            ],
        ),
        ("rock-paper-scissors", vec![(json!([third, third]), json!(["0", "0"]))]),
        (
            "degenerate",
            vec![
                (json!([["0", "1"], ["0", "1"]]), json!(["1", "2"])),
                (json!([["1", "0"], ["1", "0"]]), json!(["1", "1"])),
                (json!([["1", "0"], ["1/2", "1/2"]]), json!(["1/2", "1"])),
            ],
        ),
    ];
    for (name, expected) in cases {
        let document = json(0, &[&file(&format!("{name}.nfg")), "--all"]);
        assert_eq!(equilibria(&document), expected, "{name}");
        assert_eq!(document["complete"], true, "{name}");
        // Without --all there is one of them, pure if one is.
        let one = equilibria(&json(0, &[&file(&format!("{name}.nfg"))]));
        assert!(one.len() == 1 && expected.contains(&one[0]), "{name}: {one:?}");
        let pure = |(profile, _): &(Value, Value)| !profile.to_string().contains('/');
        assert_eq!(pure(&one[0]), expected.iter().any(pure), "{name}");
    }
    let components = &json(0, &[&file("degenerate.nfg"), "--all"])["components"];
    let isolated = components.as_array().unwrap().iter().map(|one| &one["isolated"]);
    let members =
        components.as_array().unwrap().iter().map(|one| one["members"].as_array().unwrap().len());
    assert_eq!(isolated.zip(members).collect::<Vec<_>>(), [(&json!(false), 2), (&json!(true), 1)]);
}

#[test]
fn the_game_of_von_stengel_has_75_equilibria() {
    let document = json(0, &[&file("von-stengel-6x6.nfg"), "--all"]);
    let mut found = equilibria(&document);
    found.dedup();
    assert_eq!((found.len(), &document["complete"]), (75, &json!(true)));
}

#[test]
fn kuhn_poker_is_worth_minus_an_eighteenth_to_who_begins() {
    let kuhn = file("kuhn-poker.efg");
    let document = json(0, &[&kuhn]);
    let [(profile, payoffs)] = &equilibria(&document)[..] else { panic!("{document}") };
    assert_eq!(*payoffs, json!(["-1/18", "1/18"]));
    assert_eq!(profile.as_array().map(Vec::len), Some(12));
    // Player by player, as the sets are listed; a queen that is bet into calls a third of the time.
    let sets = document["information_sets"].as_array().unwrap();
    let queen = sets.iter().position(|set| set["label"] == "Q after bet").unwrap();
    assert_eq!(
        (&sets[queen]["player"], &profile[queen]),
        (&json!("Second"), &json!(["2/3", "1/3"]))
    );
    let strategic = json(0, &[&kuhn, "--strategic"]);
    assert_eq!(strategic["equilibria"][0]["payoffs"], json!(["-1/18", "1/18"]));
    let shown = String::from_utf8(carrots(&[&kuhn]).stdout).unwrap();
    assert!(shown.contains("sequence form  First   -1/18"), "{shown}");
}

#[test]
fn backward_induction_leaves_no_empty_threat() {
    let entry = file("entry-deterrence.efg");
    let document = json(0, &[&entry, "--all"]);
    let expected = vec![(json!([["0", "1"], ["0", "1"]]), json!(["2", "2"]))];
    assert_eq!(equilibria(&document), expected);
    // Without subgames there is the threat to fight, as a continuum with staying out.
    let all = equilibria(&json(0, &[&entry, "--all", "--strategic"]));
    assert!(all.contains(&(json!([["1", "0"], ["1", "0"]]), json!(["1", "5"]))), "{all:?}");
    assert_eq!(all.len(), 3);

    let document = json(0, &[&file("centipede.efg"), "--all"]);
    let [(profile, payoffs)] = &equilibria(&document)[..] else { panic!("{document}") };
    assert_eq!((profile, payoffs), (&json!([["1", "0"]; 6].to_vec()), &json!(["4", "1"])));
}

#[test]
fn perfect_recall_is_asked_for_where_it_matters() {
    let driver = file("absent-minded-driver.efg");
    let error = refused(&carrots(&[&driver]));
    let expected = "carrots: engine/games/absent-minded-driver.efg: expected perfect recall: Driver \
                    forgets at information set \"exit\" an own move, or what it knew: --strategic does \
                    without\n";
    assert_eq!(error, expected);
    let document = json(0, &[&driver, "--strategic"]);
    assert_eq!(equilibria(&document), [(json!([["0", "1"]]), json!(["1"]))]);
}

#[test]
fn dominance_and_correlation_are_listed() {
    let document = json(0, &[&file("prisoners-dilemma.nfg"), "--dominated", "--correlated"]);
    let by = json!([{ "strategy": "Defect", "weight": "1" }]);
    let gone = |player| json!({ "player": player, "strategy": "Cooperate", "by": by });
    assert_eq!(document["dominated"]["strict"], json!([gone("Row"), gone("Column")]));
    let left = &document["dominated"]["iterated"]["weak"]["left"];
    assert_eq!(*left, json!([["Defect"], ["Defect"]]));
    for concept in ["correlated", "coarse"] {
        for end in ["best", "worst"] {
            assert_eq!(document["correlated"][concept][end]["total"], "2", "{concept} {end}");
        }
    }
    assert_eq!(document["equilibria"], Value::Null);
    let battle = json(0, &[&file("battle-of-the-sexes.nfg"), "--correlated", "--all"]);
    assert_eq!(battle["correlated"]["correlated"]["best"]["total"], "3");
    assert_eq!(battle["correlated"]["correlated"]["worst"]["total"], "4/3");
    assert_eq!(equilibria(&battle).len(), 3);
}

/// Diekmann 1985, three players: one volunteers, or each so often that the chance that nobody else
/// does is 1/4, which is what it costs.
#[test]
fn more_than_two_players_have_pure_and_symmetric_equilibria() {
    let path = folder("volunteers").join("game.nfg");
    let game =
        "NFG 1 R \"\" { \"A\" \"B\" \"C\" } { { \"wait\" \"help\" } { \"\" \"\" } { \"\" \"\" } }
        0 0 0  3/4 1 1  1 3/4 1  3/4 3/4 1  1 1 3/4  3/4 1 3/4  1 3/4 3/4  3/4 3/4 3/4";
    std::fs::write(&path, game).unwrap();
    // Others, mixed and not symmetric, are not searched for: who asks for all does not know them.
    let document = json(3, &[text(&path), "--all"]);
    let all = equilibria(&document);
    assert_eq!((all.len(), &document["kind"]), (4, &json!("pure and symmetric")));
    let others = json!(["equilibria that are neither pure nor symmetric: see --dynamics"]);
    assert_eq!((&document["not_searched"], &document["complete"]), (&others, &json!(false)));
    let half = json!(["1/2", "1/2"]);
    assert!(all.contains(&(json!([half, half, half]), json!(["3/4", "3/4", "3/4"]))), "{all:?}");
    let half = json!({ "strategy": "help", "low": "1/2", "high": "1/2", "stable": true });
    assert_eq!(document["symmetric"], json!([half]));
    assert_eq!(equilibria(&json(0, &[text(&path)])).len(), 1);
    // Matching pennies, and who does best to do as the second: with whatever limit, with or without
    // --all, that is not solved, and it is said why.
    let pennies = "NFG 1 R \"\" { \"A\" \"B\" \"C\" } { 2 2 2 }
        1 0 1  0 1 1  0 1 0  1 0 0  1 0 0  0 1 0  0 1 1  1 0 1";
    std::fs::write(&path, pennies).unwrap();
    for args in [&[][..], &["--all"]] {
        let document = json(3, &[&[text(&path)], args].concat());
        let others = json!(["mixed equilibria of more than two players: see --dynamics"]);
        assert_eq!((&document["equilibria"], &document["complete"]), (&json!([]), &json!(false)));
        assert_eq!((&document["kind"], &document["not_searched"]), (&json!("pure"), &others));
    }
    let shown = String::from_utf8(carrots(&[text(&path)]).stdout).unwrap();
    let said = "0 pure equilibria\n\nNot searched: mixed equilibria of more than two players";
    assert!(shown.contains(said) && !shown.contains("Stopped"), "{shown}");
}

/// Matching pennies, beside who has one strategy, or one that nobody in her place would play.
#[test]
fn players_without_a_choice_do_not_count() {
    let path = folder("bystanders").join("game.nfg");
    let half = json!(["1/2", "1/2"]);
    let alone = "{ 2 2 1 } 1 0 7 0 1 7 0 1 7 1 0 7";
    let dominated = "{ 2 2 2 } 1 0 7 0 1 7 0 1 7 1 0 7  5 5 6 5 5 6 5 5 6 5 5 6";
    for (table, third) in [(alone, json!(["1"])), (dominated, json!(["1", "0"]))] {
        std::fs::write(&path, format!("NFG 1 R \"\" {{ \"A\" \"B\" \"C\" }} {table}")).unwrap();
        for args in [&[][..], &["--all"]] {
            let document = json(0, &[&[text(&path)], args].concat());
            let expected = (json!([half, half, third]), json!(["1/2", "1/2", "7"]));
            assert_eq!(equilibria(&document), [expected], "{table}");
            assert_eq!(
                (&document["complete"], &document["not_searched"]),
                (&json!(true), &json!([]))
            );
        }
    }
}

/// Games of a hundred kilobytes whose equilibria, or whose payoffs on the way, would fill gigabytes if
/// all were written down. The address space is bounded from outside.
#[test]
fn memory_is_bounded() {
    let folder = folder("memory");
    let limited = |name: &str, game: &str, args: &str, memory: &str| {
        let path = folder.join(name);
        std::fs::write(&path, game).unwrap();
        let binary = env!("CARGO_BIN_EXE_carrots");
        let run = format!(
            "ulimit -v 1500000; exec {binary} solve {} {args} --memory {memory}",
            text(&path)
        );
        let output = Command::new("sh").args(["-c", &run]).output().expect("a shell");
        assert!(matches!(output.status.code(), Some(0 | 3)), "{name} {args}: {output:?}");
        output.status.code()
    };
    let many = 10_000;
    let tied = format!("{HEAD}p \"\" 1 1 {{ {} }} 0 {}", "\"\" ".repeat(many), {
        let first = "t \"\" 1 { 1 1 } ".to_string();
        first + &"t \"\" 1 ".repeat(many - 1)
    });
    let wide = format!("NFG 1 R \"\" {{ \"A\" \"B\" }} {{ 1 {many} }} {}", "1 1 ".repeat(many));
    let names = "\"\" ".repeat(many);
    let alone =
        format!("NFG 1 R \"\" {{ {names} }} {{ {} }} {}", "1 ".repeat(many), "1 ".repeat(many));
    let mut chain = format!("EFG 2 R \"\" {{ {names} }} ");
    (1..=many).for_each(|player| chain += &format!("p \"\" {player} 1 {{ \"\" }} 0 "));
    chain += &format!("t \"\" 1 {{ {} }}", "1 ".repeat(many));
    for (name, game) in
        [("tied.efg", &tied), ("wide.nfg", &wide), ("alone.nfg", &alone), ("chain.efg", &chain)]
    {
        assert_eq!(limited(name, game, "", "200MiB"), Some(0), "{name}");
        for args in ["--all", "--correlated", "--strategic", "--dominated --seconds 2"] {
            limited(name, game, args, "200MiB");
        }
    }
    assert_eq!(limited("wide.nfg", &wide, "--all", "200MiB"), Some(3));
    assert_eq!(limited("wide.nfg", &wide, "--correlated", "200MiB"), Some(3));
}

#[test]
fn time_is_bounded() {
    let path = folder("time").join("game.nfg");
    // Two players' vertices are too many to be walked; a hundred strategies each.
    let number = |at: usize| (at * 7919 + at * at * 104_729) % 1009;
    let payoffs: String = (0..20_000).map(|at| format!("{} ", number(at))).collect();
    std::fs::write(&path, format!("NFG 1 R \"\" {{ \"A\" \"B\" }} {{ 100 100 }} {payoffs}"))
        .unwrap();
    let begun = std::time::Instant::now();
    let document = json(3, &[text(&path), "--all", "--seconds", "1", "--limit", "1000000000000"]);
    assert_eq!(document["complete"], false);
    assert!(begun.elapsed().as_secs() < 30, "{:?}", begun.elapsed());
    let shown =
        String::from_utf8(carrots(&[text(&path), "--all", "--seconds", "0.5"]).stdout).unwrap();
    let said =
        "Stopped: there may be more equilibria: --limit, --seconds and --memory allow for more";
    assert!(shown.contains(said), "{shown}");
    assert_eq!(carrots(&[text(&path), "--seconds", "0"]).status.code(), Some(2));
}

#[test]
fn dynamics_say_how_far_they_are_from_an_equilibrium() {
    let reached = |game: &str, dynamics: &str| {
        let document = json(0, &[&file(game), "--dynamics", dynamics]);
        assert_eq!(document["dynamics"]["name"], dynamics);
        assert_eq!(document["equilibria"], Value::Null);
        document["dynamics"].clone()
    };
    for dynamics in ["best-response", "fictitious-play", "regret-matching", "replicator", "logit"] {
        let prisoners = reached("prisoners-dilemma.nfg", dynamics);
        let gain = carrots::exact::parse(prisoners["exploitability"].as_str().unwrap());
        let small = carrots::exact::parse("1/1000");
        assert!(gain.is_some() && gain <= small, "{prisoners}");
    }
    let round = reached("matching-pennies.nfg", "best-response");
    assert_eq!((&round["settled"], &round["exploitability"]), (&json!(false), &json!("2")));
}

#[test]
fn the_limit_stops_with_what_there_is() {
    let document = json(3, &[&file("von-stengel-6x6.nfg"), "--all", "--limit", "60"]);
    assert_eq!(document["complete"], false);
    assert!(equilibria(&document).len() < 75);
    let document = json(3, &[&file("kuhn-poker.efg"), "--strategic", "--limit", "100"]);
    assert_eq!((&document["complete"], &document["equilibria"]), (&json!(false), &json!([])));
    let shown = carrots(&[&file("centipede.efg"), "--all", "--limit", "14"]);
    assert_eq!(shown.status.code(), Some(0), "{}", String::from_utf8_lossy(&shown.stderr));
    let shown = carrots(&[&file("kuhn-poker.efg"), "--strategic", "--memory", "100KiB"]);
    let shown = (shown.status.code(), String::from_utf8(shown.stdout).unwrap());
    assert!(
        shown.0 == Some(3) && shown.1.contains("Stopped: the limit has no room for"),
        "{shown:?}"
    );
}

#[test]
fn what_is_converted_is_the_same_game() {
    let folder = folder("convert");
    for entry in
        std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../engine/games")).unwrap()
    {
        let path = entry.unwrap().path();
        let converted = |end: &str| {
            let to = folder.join(path.with_extension(end).file_name().unwrap());
            let output = carrots(&[text(&path), "--write", text(&to)]);
            let error = String::from_utf8_lossy(&output.stderr).to_string();
            assert!(output.status.success() && output.stdout.is_empty(), "{error}");
            text(&to).to_string()
        };
        let [strategic, extensive] = ["nfg", "efg"].map(converted);
        let all = |path: &str| equilibria(&json(0, &[path, "--strategic", "--all"]));
        // Too many equilibria to list.
        if path.ends_with("kuhn-poker.efg") {
            continue;
        }
        assert_eq!(all(text(&path)), all(&strategic), "{}", path.display());
        assert_eq!(all(text(&path)), all(&extensive), "{}", path.display());
    }
    let pennies = file("matching-pennies.nfg");
    let again = folder.join("matching-pennies.nfg");
    let error = refused(&carrots(&[&pennies, "--write", text(&again)]));
    assert!(error.contains("matching-pennies.nfg: cannot be written: File exists"), "{error}");
    let large = folder.join("large.nfg");
    let beyond = ["--write", text(&large), "--limit", "100"];
    let error = stopped(&carrots(&[&[&*file("kuhn-poker.efg")], &beyond[..]].concat()));
    assert!(error.contains("large.nfg: the limit has no room for") && !large.exists(), "{error}");
    let error = refused(&carrots(&[&pennies, "--write", "game.txt"]));
    assert!(
        error.contains("--write game.txt: expected a name that ends with .nfg or .efg"),
        "{error}"
    );
}

/// The beginning of a good file, in one line.
const HEAD: &str = "EFG 2 R \"\" { \"A\" \"B\" } ";

#[test]
fn malformed_trees_are_refused_with_line_and_column() {
    let cases = [
        ("", "1:1: the end of the file: expected `NFG` or `EFG`"),
        ("{ }", "1:1: `{`: expected `NFG` or `EFG`"),
        ("\n  EFG 3", "2:7: `3`: expected `2`"),
        ("EFG 2 Q", "1:7: `Q`: expected `R` or `D`"),
        ("EFG 2 R title", "1:9: `title`: expected the game's title in quotes"),
        ("EFG 2 R \"title", "1:9: a quote that is not closed: expected a closing quote"),
        ("EFG 2 R \"\" \"A\"", "1:12: \"A\": expected `{`"),
        ("EFG 2 R \"\" { }", "1:14: `}`: expected a player's name in quotes"),
        ("EFG 2 R \"\" { A }", "1:14: `A`: expected a player's name in quotes"),
        ("H", "1:23: the end of the file: expected a node: `c`, `p` or `t`"),
        ("H q \"\"", "1:24: `q`: expected a node: `c`, `p` or `t`"),
        ("H t 1", "1:26: `1`: expected the node's name in quotes"),
        ("H t \"\" x", "1:29: `x`: expected the number of the outcome, or 0"),
        ("H t \"\" -1", "1:29: `-1`: expected the number of the outcome, or 0"),
        ("H t \"\" 1", "1:30: the end of the file: expected `{` and the payoffs of outcome 1"),
        ("H t \"\" 1 { 1 }", "1:31: 1 payoffs: expected 2, one for each player"),
        ("H t \"\" 1 { 1 1/0 }", "1:35: `1/0`: expected a payoff, or `}`"),
        ("H t \"\" 1 { 1 2", "1:36: the end of the file: expected a payoff, or `}`"),
        (
            "H t \"\" 0\nt \"\" 0",
            "2:1: `t`: expected the end of the file: the tree has no open ends",
        ),
        ("H p \"\" 3 1", "1:29: player 3: expected 1 to 2"),
        ("H p \"\" 0 1", "1:29: player 0: expected 1 to 2"),
        (
            "H p \"\" 1 1 0",
            "1:33: `0`: expected `{` and the actions of information set 1 of player 1",
        ),
        ("H p \"\" 1 1 { } 0", "1:35: `}`: expected an action's name in quotes"),
        ("H p \"\" 1 1 { 1 } 0", "1:35: `1`: expected an action's name in quotes"),
        (
            "H p \"\" 1 1 \"s\" { \"a\" } 0\np \"\" 1 1 { \"b\" } 0",
            "2:10: other actions than elsewhere: expected those of information set \"s\": a",
        ),
        (
            "H c \"\" 1 { \"a\" 1/2 \"b\" 1/3 } 0",
            "1:31: chances that sum to 5/6: expected a sum of 1",
        ),
        ("H c \"\" 1 { \"a\" 2 \"b\" -1 } 0", "1:31: -1: expected chances that are not negative"),
        ("H c \"\" 1 { \"a\" } 0", "1:37: `}`: expected the event's chance"),
        ("H c \"\" 1 0", "1:31: `0`: expected `{` and the events of chance move 1"),
        (
            "H c \"\" 1 { \"a\" 1 } 0\nc \"\" 1 { \"b\" 1 } 0",
            "2:8: other events than above: expected those of chance move 1",
        ),
        (
            "H c \"\" 1 { \"a\" 1/2 \"b\" 1/2 } 0\nt \"\" 1 { 1 1 }\nt \"\" 1 { 1 2 }",
            "3:8: other payoffs than above: expected those of outcome 1",
        ),
        (
            "H\np \"\" 1 1 { \"a\" \"b\" } 0\nt \"\" 0",
            "3:7: the end of the file: expected a node: `c`, `p` or `t`",
        ),
        ("NFG 1 R \"\" { \"A\" } { 1 } \"\" x", "1:29: `x`: expected a number"),
    ];
    let path = folder("malformed").join("game.efg");
    for (game, message) in cases {
        let game = game
            .strip_prefix('H')
            .map_or(game.to_string(), |rest| format!("{}{}", HEAD.trim_end(), rest));
        std::fs::write(&path, &game).unwrap();
        let error = refused(&carrots(&[text(&path)]));
        let expected = format!("carrots: {}:{message}", text(&path));
        assert!(error.starts_with(&expected), "{game}\n{error}instead of\n{expected}");
    }
}

#[test]
fn no_file_is_too_much() {
    let path = folder("large").join("game.efg");
    let solve = |game: &str, args: &[&str]| {
        std::fs::write(&path, game).unwrap();
        carrots(&[&[text(&path)], args].concat())
    };
    // A tree as deep as it is large.
    let step = |number: usize| {
        format!("p \"\" {} {number} {{ \"take\" \"pass\" }} 0 t \"\" 1\n", 1 + number % 2)
    };
    let steps: String = (2..20_000).map(step).collect();
    let game = format!(
        "{HEAD}p \"\" 1 1 {{ \"take\" \"pass\" }} 0 t \"\" 1 {{ 1 1 }} {steps} t \"\" 2 {{ 2 2 }}"
    );
    let output = solve(&game, &["--format", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["equilibria"][0]["payoffs"], json!(["2", "2"]));
    // A few bytes for each of many open nodes.
    let actions = "\"\" ".repeat(30_000);
    let game = format!("{HEAD}p \"\" 1 1 {{ {actions} }} 0 {}", "p \"\" 1 1 0 ".repeat(30_000));
    let error = stopped(&solve(&game, &[]));
    assert!(error.contains("the game is beyond the limit of"), "{error}");
    let error = stopped(&solve(&game, &["--memory", "100kB"]));
    assert!(error.contains("bytes: --memory allows for 100000"), "{error}");
    let error = stopped(&carrots(&[&file("kuhn-poker.efg"), "--limit", "10"]));
    assert!(error.contains("kuhn-poker.efg:"), "{error}");
    let scenario = "sim/scenarios/auction-second-price.toml";
    let error = stopped(&carrots(&[scenario, "--memory", "10kB"]));
    assert!(error.contains("stopped by the memory limit"), "{error}");
    // A short number that would fill the memory.
    let error = refused(&solve(&format!("{HEAD}t \"\" 1 {{ 1e999999999 1 }}"), &[]));
    assert!(error.contains(":1:33: `1e999999999`: expected a payoff, or `}`"), "{error}");
    let error = refused(&carrots(&["nowhere.efg"]));
    assert!(error.contains("nowhere.efg: cannot be read: No such file"), "{error}");
}
