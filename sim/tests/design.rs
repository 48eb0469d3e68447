//! From goals to parameters: what is found meets them, one step beyond does not, and what is in the way is said.

mod command;

use command::{carrots, document, folder, refused, stdout, text};
use serde_json::Value;
use std::fs;
use std::process::Command;

const OWNER: &str = "sim/scenarios/funding-owner.toml";
const KINDS: &str = "sim/designs/auction-kinds.toml";
const RING: &str = "sim/designs/auction-ring.toml";

fn strings(value: &Value) -> Vec<&str> {
    value.as_array().expect("a list").iter().filter_map(Value::as_str).collect()
}

/// Runs a command that was printed, in a shell: its exit status.
fn again(command: &str) -> Option<i32> {
    let rest = command.strip_prefix("carrots ").expect("a command");
    let line = format!("'{}' {rest}", env!("CARGO_BIN_EXE_carrots"));
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let output = Command::new("sh").args(["-c", &line]).current_dir(root).output();
    output.expect("there is a shell").status.code()
}

/// An owner that pledges what is missing gains where the good costs less than the 66 that others pledge: the
/// least cost of those looked at is found, and the audit says the same of it and of the one before.
#[test]
fn the_least_is_found_and_one_step_beyond_breaks() {
    let free = "world.cost=0.5,0.6,0.65,0.66,0.7";
    let args = ["design", OWNER, "--free", free, "--hold", "attack", "--least", "world.cost"];
    let found = document(&args);
    assert_eq!(found["points"]["met"], 2);
    let best = found["best"].as_array().expect("points");
    assert_eq!(best.len(), 1);
    assert_eq!(best[0]["values"]["world.cost"], "0.66");
    let room = &found["room"][0];
    assert_eq!(room["up"]["last"], "0.7");
    assert_eq!(room["up"]["broken"], Value::Null);
    assert_eq!(room["down"]["last"], "0.66");
    let broken = &room["down"]["broken"];
    assert_eq!(broken["values"]["world.cost"], "0.65");
    assert_eq!(strings(&broken["goals"]), ["attack"]);
    let met = best[0]["goals"]["attack"]["command"].as_str().expect("a command");
    assert_eq!(again(met), Some(0), "{met}");
    let beyond = strings(&broken["commands"])[0];
    assert_eq!(again(beyond), Some(1), "{beyond}");
    let page = stdout(&args);
    for said in ["2 of 5 points meet attack, 3 do not", "0.65: attack", "met:    carrots audit "] {
        assert!(page.contains(said), "{said}: {page}");
    }
}

/// The same is asked of several rules: which can meet the goals, which does best, and what is in the others' way.
#[test]
fn rules_are_chosen() {
    let found = document(&["design", KINDS, "--runs", "2"]);
    let rules = found["rules"].as_array().expect("rules");
    let of = |kind: &str| {
        let named = |one: &&Value| one["scenario"].as_str().expect("a name").ends_with(kind);
        rules.iter().find(named).expect("it is there")
    };
    assert_eq!(rules.len(), 2);
    let vcg = of("params.kind=vcg");
    assert_eq!((&vcg["best_of_all"], &vcg["points"]["met"]), (&true.into(), &5.into()));
    assert_eq!(vcg["best"][0]["values"]["params.reserve_price"], "400000");
    let uniform = of("uniform_price");
    assert_eq!((&uniform["best_of_all"], &uniform["points"]["met"]), (&false.into(), &0.into()));
    assert_eq!(uniform["conflict"][0]["goal"], "ex_post");
    let missed = uniform["conflict"][0]["relaxed"]["command"].as_str().expect("a command");
    assert_eq!(again(missed), Some(1), "{missed}");
    let met = vcg["best"][0]["goals"]["ex_post"]["command"].as_str().expect("a command");
    assert_eq!(again(met), Some(0), "{met}");
    let refused = found["refused"].as_array().expect("rules");
    let one_item =
        |one: &Value| one["problem"].as_str().is_some_and(|why| why.contains("one item"));
    assert!(refused.len() == 2 && refused.iter().all(one_item), "{refused:?}");
}

/// Of several scenarios as well, each with a folder of its own, from which it goes on.
#[test]
fn scenarios_are_chosen_from() {
    let out = folder("design", "chosen");
    let files = ["first", "second"].map(|kind| format!("sim/scenarios/auction-{kind}-price.toml"));
    let free = ["--free", "params.reserve_price=0,100_000", "--hold", "ex_post"];
    let most = ["--most", "params.reserve_price", "--set", "audit.bidders=2", "--out", text(&out)];
    let args = [&["design", &files[0], &files[1]], &free[..], &most[..]].concat();
    let page = stdout(&args);
    let rows: Vec<&str> = page.lines().filter(|line| line.contains(" of 2 ")).collect();
    assert!(rows[0].contains("first-price") && rows[0].contains("cannot"), "{page}");
    assert!(rows[1].contains("second-price") && rows[1].contains("best"), "{page}");
    assert_eq!(stdout(&[&args[..], &["--resume"]].concat()), page);
    let kept = fs::read_dir(&out).expect("a folder").count();
    assert_eq!(kept, 2);
}

/// What is not known has to be met for all of its values.
#[test]
fn goals_are_met_whatever_is_not_known() {
    let free = ["--free", "params.threshold=70..100:4", "--hold", "attack"];
    let costs = |list: &str| {
        let args = [&["design", OWNER], &free[..], &["--for", list, "--format", "json"]].concat();
        let output = carrots(&args);
        let found: Value = serde_json::from_slice(&output.stdout).expect("a document");
        (output.status.code(), found["points"]["met"].as_u64().expect("a number"))
    };
    let (dear, cheap) = (costs("world.cost=1,0.9"), costs("world.cost=1,0.9,0.1"));
    assert!(dear.1 > cheap.1, "{dear:?} {cheap:?}");
    assert_eq!((dear.0, cheap.0), (Some(0), Some(if cheap.1 > 0 { 0 } else { 1 })));
}

/// Several objectives: no point of the front is as good as another by all and better by one, and every point
/// that meets the goals is no better than one of the front.
#[test]
fn a_front_is_not_beaten() {
    let free = ["--free", "params.threshold=40..60:3", "--free", "world.cost=0.7,0.8,0.9"];
    let wanted = ["--hold", "solvency", "--least", "world.cost", "--most", "params.threshold"];
    let found = document(&[&["design", OWNER], &free[..], &wanted[..]].concat());
    let best = found["best"].as_array().expect("points");
    assert_eq!(found["points"]["met"], 9);
    assert_eq!(best.len(), 1, "one is best by both");
    assert_eq!(
        best[0]["values"],
        serde_json::json!({ "params.threshold": "60", "world.cost": "0.7" })
    );
    let both = ["--hold", "solvency", "--most", "world.cost", "--least", "world.cost"];
    let found = document(&[&["design", OWNER], &free[..], &both[..]].concat());
    let front = found["best"].as_array().expect("points");
    assert_eq!(front.len(), 3, "each cost is best by one of both");
}

/// Goals that cannot be met together are named, those that can are not among them, and what is missed by least
/// is said.
#[test]
fn goals_in_conflict_are_named() {
    let args = [
        "design",
        OWNER,
        "--free",
        "world.cost=0.0,0.3,0.6",
        "--hold",
        "attack",
        "--hold",
        "solvency",
        "--hold",
        "individual_rationality",
        "--format",
        "json",
    ];
    let output = carrots(&args);
    assert_eq!(output.status.code(), Some(1));
    let found: Value = serde_json::from_slice(&output.stdout).expect("a document");
    let conflict = found["conflict"].as_array().expect("goals");
    assert_eq!(conflict.len(), 1, "{found}");
    assert_eq!(conflict[0]["goal"], "attack");
    let relaxed = &conflict[0]["relaxed"];
    assert_eq!(relaxed["values"]["world.cost"], "0.6");
    assert_eq!(relaxed["measured"], "6", "66 less a cost of 60");
    let page = String::from_utf8(carrots(&args[..args.len() - 2]).stdout).expect("text");
    assert!(page.contains("no point meets attack"), "{page}");
}

/// A kept design goes on, and ends as if it had never been stopped; what was found is a scenario.
#[test]
fn what_is_found_is_kept() {
    let (whole, part) = (folder("design", "whole"), folder("design", "part"));
    let args = |out| {
        let wanted =
            ["--free", "world.cost=0.6,0.66,0.7", "--hold", "attack", "--least", "world.cost"];
        [&["design", OWNER], &wanted[..], &["--out", out]].concat()
    };
    stdout(&args(text(&whole)));
    stdout(&args(text(&part)));
    let kept = |name: &str| fs::read_to_string(part.join(name)).expect("it is kept");
    let rows = kept("points.csv");
    let cut: Vec<&str> = rows.lines().take(2).collect();
    fs::write(part.join("points.csv"), cut.join("\n") + "\n").expect("a file");
    stdout(&[&args(text(&part))[..], &["--resume"]].concat());
    for name in ["points.csv", "design.json", "found.toml"] {
        assert_eq!(kept(name), fs::read_to_string(whole.join(name)).expect("it is kept"), "{name}");
    }
    let found = whole.join("found.toml");
    let audit = ["audit", text(&found), "--set", "variants=[]", "--property", "attack"];
    assert!(carrots(&audit).status.success(), "what was found holds");
    assert!(fs::read_to_string(&found).expect("a scenario").contains("cost = 0.66"));
    let (met, broken) = (whole.join("met-attack"), whole.join("below-world.cost"));
    assert!(met.join("audit.json").exists() && !met.join("attack.json").exists());
    stdout(&["replay", text(&broken.join("attack.json"))]);
}

/// A box that is divided is answered as if every point of it had been computed, with fewer of them.
#[test]
fn a_divided_box_says_the_same() {
    let free = [
        "--free",
        "params.reserve_price=0..1_000_000:31",
        "--free",
        "params.deposit=1..1_000_000:21",
    ];
    let wanted = ["--least", "params.reserve_price", "--least", "params.deposit"];
    let small = ["--for", "audit.bidders=2", "--set", "audit.steps=2", "--set", "design.bounds=[]"];
    let args = [&["design", RING], &free[..], &wanted[..], &small[..]].concat();
    let with = |divide: bool| -> Value {
        let set = format!("design.divide={divide}");
        let printed = stdout(&[&args[..], &["--set", &set, "--format", "json"]].concat());
        serde_json::from_str(&printed.replace(&set, "design.divide")).expect("a document")
    };
    let (all, divided) = (with(false), with(true));
    for key in ["met", "unknown", "all"] {
        assert_eq!(all["points"][key], divided["points"][key], "{key}");
    }
    for key in ["best", "room", "conflict"] {
        assert_eq!(all[key], divided[key], "{key}");
    }
    let computed = |found: &Value| found["points"]["computed"].as_u64().expect("a number");
    assert_eq!(computed(&all), 31 * 21);
    assert!(computed(&divided) < 31 * 21 / 2, "{}", computed(&divided));
    let probes = divided["probes"].as_u64().expect("a number");
    assert!(probes > 10, "{probes}");
    let page = stdout(&args);
    assert!(page.contains("of them were computed; the others lie in "), "{page}");
    assert!(page.contains(&format!(": {probes} of these were drawn, and agree")), "{page}");
}

/// Where time ends, what is known is said, and kept.
#[test]
fn a_design_that_is_stopped_goes_on() {
    let out = folder("design", "stopped");
    let args = ["design", OWNER, "--free", "params.threshold=60..99:40", "--hold", "solvency"];
    let args = [&args[..], &["--divide", "--chains", "1", "--out", text(&out), "--format", "json"]]
        .concat();
    let stopped = carrots(&[&args[..], &["--stop-after", "0.000001"]].concat());
    assert_eq!(stopped.status.code(), Some(3), "{stopped:?}");
    let found: Value = serde_json::from_slice(&stopped.stdout).expect("a document");
    assert_eq!((&found["stopped"], &found["points"]["unknown"]), (&true.into(), &40.into()));
    let found = document(&[&args[..args.len() - 2], &["--resume"]].concat());
    let kept = fs::read_to_string(out.join("design.json")).expect("it is kept");
    assert_eq!(found, serde_json::from_str::<Value>(&kept).expect("a document"));
    assert_eq!(found["stopped"], false);
    let again = document(&[&args[..args.len() - 2], &["--resume"]].concat());
    assert_eq!(found, again);
    refused(&args, "holds results already");
}

/// The README says of how many points how many were computed.
fn is_in_the_readme(found: &Value, name: &str) {
    let readme = concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md");
    let readme = fs::read_to_string(readme).expect("the README can be read");
    let shown = |key: &str| {
        let number = found["points"][key].as_u64().expect("a number");
        let (thousands, rest) = (number / 1_000, number % 1_000);
        if thousands > 0 { format!("{thousands},{rest:03}") } else { rest.to_string() }
    };
    let row = readme.lines().find(|line| line.starts_with(&format!("| `{name}`")));
    let said = format!("| {}, {} |", shown("all"), shown("computed"));
    assert!(row.expect("a row").ends_with(&said), "{name}: {said}");
}

/// What a design says of its best point and of what breaks beside it is what an audit says that was not used to
/// find it.
fn is_as_audited(found: &Value) {
    let goals = found["best"][0]["goals"].as_object().expect("goals");
    for goal in goals.values() {
        let met = goal["command"].as_str().expect("a command");
        assert_eq!(again(met), Some(0), "{met}");
    }
    let mut broken = 0;
    for room in found["room"].as_array().expect("keys") {
        for side in ["down", "up"] {
            let Some(commands) = room[side]["broken"].get("commands") else { continue };
            for beyond in strings(commands) {
                assert_eq!(again(beyond), Some(1), "{beyond}");
                broken += 1;
            }
        }
    }
    assert!(broken > 0, "nothing binds: {found}");
}

/// What a divided box says of every point of two keys is what a closed form says.
fn is_everywhere(
    found: &Value,
    keys: [&str; 2],
    axes: [&[f64]; 2],
    closed: impl Fn(f64, f64) -> bool,
) {
    let end = |value: &Value| value.as_str().expect("a value").parse::<f64>().expect("a number");
    let part = |part: &Value| {
        let [across, up] = keys.map(|key| [0, 1].map(|side| end(&part["values"][key][side])));
        (across, up, part["met"].as_bool().expect("it is decided"))
    };
    let parts: Vec<_> = found["parts"].as_array().expect("parts").iter().map(part).collect();
    for x in axes[0] {
        for y in axes[1] {
            let near = |span: &[f64; 2], at: f64| span[0] - 1e-9 <= at && at <= span[1] + 1e-9;
            let mut own = parts.iter().filter(|(across, up, _)| near(across, *x) && near(up, *y));
            let met = own.next().map(|(_, _, met)| *met);
            assert_eq!((met, own.next()), (Some(closed(*x, *y)), None), "{x} {y}");
        }
    }
}

/// Who reports its own offence has a tenth of the slash back: the least slash is a bit less than 1,000 by 0.9 of
/// 10,000, and the formula in use takes as much where a ninth of the operators offend.
#[test]
fn the_least_slash_is_that_of_the_closed_form() {
    let nine = [
        "--set",
        "audit.operators=9",
        "--set",
        "params.issuance=35_000_000_000_000_000",
        "--set",
        "intended.properties=[{property='coalition',size=3,margin=-9}]",
    ];
    let found = document(&[&["design", "sim/designs/staking-slash.toml"], &nine[..]].concat());
    assert_eq!(found["best"][0]["values"]["params.misconduct_slash"], "0.111");
    assert_eq!(found["points"]["unknown"], 0);
    let closed = 1_000.0 / (0.9 * 10_000.0);
    assert!((0.0..0.001).contains(&(closed - 0.111)), "{closed}");
    is_as_audited(&found);
}

/// The front is the line of the closed form, to the last point of the box.
#[test]
fn a_bribe_is_withstood_along_a_line() {
    let found = document(&["design", "sim/designs/court-bribe.toml"]);
    assert_eq!(found["points"]["unknown"], 0);
    let (n, m, effort) = (5.0, 2.0, 575.0);
    let least =
        |fee: f64, loss: f64| m * ((n * fee + (m - 1.0) * loss) / (m + 2.0) - effort + loss);
    let withstands = |fee: f64, alpha: f64| {
        fee >= effort
            && least(fee, 5_000.0 * alpha) >= 10_000.0
            && (1..=100).contains(&((alpha * 100.0).round() as i64))
    };
    let (fees, alphas) =
        ((0..=100).map(|fee| 50.0 * f64::from(fee)), (0..=100).map(|part| f64::from(part) / 100.0));
    let (fees, alphas): (Vec<f64>, Vec<f64>) = (fees.collect(), alphas.collect());
    let keys = ["params.fee_per_vote", "params.alpha"];
    is_everywhere(&found, keys, [&fees, &alphas], withstands);
    for point in found["best"].as_array().expect("points") {
        let value = |key: &str| {
            point["values"][key].as_str().expect("a value").parse::<f64>().expect("a number")
        };
        let (fee, alpha) = (value("params.fee_per_vote"), value("params.alpha"));
        assert!(withstands(fee, alpha) && !withstands(fee, alpha - 0.01), "{fee} {alpha}");
    }
    assert_eq!(found["best"].as_array().map(Vec::len), Some(78));
    is_in_the_readme(&found, "court-bribe");
    is_as_audited(&found);
}

/// The least bonds under which it is best to assert the truth and to look are those of the closed form.
#[test]
fn bonds_make_the_truth_best() {
    let found = document(&["design", "sim/designs/challenge-bond.toml"]);
    assert_eq!(found["points"]["unknown"], 0);
    let values =
        serde_json::json!({ "params.assertion_bond": "400", "params.challenge_bond": "314" });
    assert_eq!(found["best"][0]["values"], values);
    assert_eq!(found["closed_forms"][0]["other"], Value::Array(vec![]));
    is_in_the_readme(&found, "challenge-bond");
    is_as_audited(&found);
}

/// The least liquidity by which the second of two traders gains what a look costs.
#[test]
fn liquidity_pays_for_a_look() {
    let found = document(&["design", "sim/designs/market-liquidity.toml"]);
    assert_eq!(found["points"]["unknown"], 0);
    let values = serde_json::json!({ "params.liquidity": "8000" });
    assert_eq!(found["best"][0]["values"], values);
    is_in_the_readme(&found, "market-liquidity");
    is_as_audited(&found);
}

/// A base fee that is too fast pays for empty periods, and one that is too slow is not back in time.
#[test]
fn a_base_fee_is_neither_too_fast_nor_too_slow() {
    let found = document(&["design", "sim/designs/controller-denominator.toml"]);
    assert_eq!(found["points"]["unknown"], 0);
    assert_eq!(found["best"][0]["values"], serde_json::json!({ "params.denominator": "16" }));
    assert_eq!(found["closed_forms"][0]["other"], Value::Array(vec![]));
    is_in_the_readme(&found, "controller-denominator");
    is_as_audited(&found);
}

/// The larger the bonus, the less can be raised: what the good is worth beyond a part is more than the bonus.
#[test]
fn a_bonus_bounds_what_can_be_raised() {
    let found = document(&["design", "sim/designs/assurance.toml"]);
    assert_eq!(found["points"]["unknown"], 0);
    let is_best = |threshold: f64, bonus: f64| {
        let (part, twentieths) = (threshold as u32 / 5, (20.0 * bonus).round() as u32);
        40 >= part && twentieths * (part - 1) / 20 <= 40 - part
    };
    let (thresholds, bonuses) =
        ((20..=50).map(|part| 5.0 * f64::from(part)), (1..=20).map(|part| f64::from(part) / 20.0));
    let (thresholds, bonuses): (Vec<f64>, Vec<f64>) = (thresholds.collect(), bonuses.collect());
    is_everywhere(&found, ["params.threshold", "params.bonus"], [&thresholds, &bonuses], is_best);
    assert_eq!(found["best"].as_array().map(Vec::len), Some(17));
    is_in_the_readme(&found, "assurance");
    is_as_audited(&found);
}

/// What a scenario's auction earns, by the audit, as an exact fraction, and the most that can be gained by another bid.
fn earned_and_gained(args: &[&str]) -> [String; 2] {
    let output = carrots(&[args, &["--format", "json"]].concat());
    let audit: Value = serde_json::from_slice(&output.stdout).expect("a document");
    ["revenue", "ex_post"].map(|property| {
        let of = |one: &&Value| one["property"] == property;
        let finding = audit["properties"].as_array().expect("findings").iter().find(of);
        finding.expect("it is asked")["gain"].as_str().expect("it is measured").to_string()
    })
}

/// Of prices that are a line through three knots, whatever they are of, the second price with Myerson's reserve price
/// is found: it earns what that rule earns, and no other bid gains anything.
#[test]
fn the_optimal_auction_is_found_among_lines() {
    let file = "sim/designs/auction-discovered.toml";
    let found = document(&["design", file]);
    let best = found["best"].as_array().expect("points");
    assert_eq!(best.len(), 1);
    let values = ["bid_share", "without_share", "price_line[0][1]", "price_line[1][1]"]
        .map(|key| best[0]["values"][format!("params.{key}")].as_str().expect("a value"));
    assert_eq!(values, ["0.0", "1.0", "50", "50"]);
    assert_eq!(best[0]["values"]["params.price_line[2][1]"], "100");
    let regret = &best[0]["goals"]["ex_post"]["measured"];
    assert_eq!(regret, "0");
    let known = ["params.kind=second_price", "params.reserve_price=50"];
    let known = earned_and_gained(&["audit", file, "--set", known[0], "--set", known[1]]);
    assert_eq!([&best[0]["goals"]["revenue"]["measured"], regret], [&known[0], &known[1]]);
    is_as_audited(&found);
    is_in_the_readme(&found, "auction-discovered");
    // Of nine million rules, by a search among them.
    let mut search = vec!["design", file, "--search", "900"];
    let free = ["bid_share=0.0,0.5,1.0", "without_share=0.0,0.5,1.0"].map(String::from);
    let knots = [0, 1, 2].map(|knot| format!("price_line[{knot}][1]=0..100:101"));
    let free = free.into_iter().chain(knots).map(|key| format!("params.{key}")).collect::<Vec<_>>();
    search.extend(free.iter().flat_map(|key| ["--free", key.as_str()]));
    let searched = document(&search);
    assert_eq!(searched["points"]["all"], 9 * 101 * 101 * 101);
    assert!(searched["points"]["computed"].as_u64() < Some(1_000), "{}", searched["points"]);
    assert_eq!(searched["best"][0]["values"], best[0]["values"]);
}

/// Of prices that are shares of a bid and of what others could have and have, those of Vickrey, Clarke and Groves are
/// found.
#[test]
fn vcg_is_found_among_shares() {
    let file = "sim/designs/auction-two-items.toml";
    let found = document(&["design", file]);
    let best = found["best"].as_array().expect("points");
    let shares = serde_json::json!({
        "params.bid_share": "0.0", "params.without_share": "1.0", "params.beside_share": "1.0"
    });
    assert_eq!((best.len(), &best[0]["values"]), (1, &shares));
    let known = earned_and_gained(&["audit", file, "--set", "params.kind=vcg"]);
    let goals = &best[0]["goals"];
    assert_eq!(
        [&goals["revenue"]["measured"], &goals["ex_post"]["measured"]],
        [&known[0], &known[1]]
    );
    assert_eq!(known[1], "0");
    is_in_the_readme(&found, "auction-two-items");
    is_as_audited(&found);
}

/// A search finds what computing every point does, with fewer of them; goes on after a kill as if it had not been
/// stopped; and calls what is simulated feasible, with runs that were not used to find it.
#[test]
fn a_search_finds_the_curve_that_every_point_gives() {
    let file = "sim/designs/staking-curve.toml";
    let free = [
        "--free",
        "params.max_inflation=0.04..0.1:7",
        "--free",
        "params.ideal_stake=0.3..0.7:9",
        "--free",
        "params.falloff=0.02,0.05,0.2,0.8",
        "--set",
        "params.min_inflation=0.0",
    ];
    let (whole, part) = (folder("design", "searched"), folder("design", "searched-part"));
    let search = |out| [&["design", file], &free[..], &["--search", "120", "--out", out]].concat();
    let found = document(&search(text(&whole)));
    let every = [
        "--set",
        "design={least=['rewards_paid'],for=['world.elsewhere=0.04,0.12'],\
                  bounds=['staked_share>=0.45','staked_share<=0.55']}",
    ];
    let all = document(&[&["design", file], &free[..], &every].concat());
    assert_eq!(all["points"]["computed"], 252);
    let computed = found["points"]["computed"].as_u64().expect("a number");
    assert!(computed < 150, "{computed}");
    assert_eq!(found["best"][0]["values"], all["best"][0]["values"]);
    assert_eq!(found["best"][0]["objectives"], all["best"][0]["objectives"]);
    for bound in found["confirmed"].as_array().expect("bounds") {
        assert_eq!(bound["met"], true, "{bound}");
    }
    let page = stdout(&[&search(text(&whole))[..], &["--resume"]].concat());
    let chosen = format!("a search chose {computed} of them: there may be better ones");
    for said in
        [&chosen, "feasible at 95 %", "with runs that were not used to find it, staked_share>=0.45"]
    {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(!page.contains("holds"), "{page}");
    stdout(&search(text(&part)));
    let kept = |name: &str| fs::read_to_string(part.join(name)).expect("it is kept");
    let rows = kept("points.csv");
    let cut: Vec<&str> = rows.lines().take(31).collect();
    fs::write(part.join("points.csv"), cut.join("\n") + "\n").expect("a file");
    stdout(&[&search(text(&part))[..], &["--resume"]].concat());
    for name in ["points.csv", "design.json", "found.toml"] {
        assert_eq!(kept(name), fs::read_to_string(whole.join(name)).expect("it is kept"), "{name}");
    }
}

/// Of all curves of the file: next to nothing is paid at the start, most where half are wanted, and soon half of it.
#[test]
fn the_reward_curve_in_use_is_found() {
    let found = document(&["design", "sim/designs/staking-curve.toml"]);
    let best = &found["best"][0]["values"];
    let values = ["min_inflation", "max_inflation", "ideal_stake", "falloff"]
        .map(|key| best[format!("params.{key}")].as_str().expect("a value"));
    assert_eq!(values, ["0.0", "0.06", "0.45", "0.02"]);
    assert!(
        found["confirmed"].as_array().expect("bounds").iter().all(|bound| bound["met"] == true)
    );
    is_in_the_readme(&found, "staking-curve");
}

/// Closed forms stand beside what was found: they say the same of all points, but for what an offender has earned.
#[test]
fn closed_forms_stand_beside() {
    let forms = |args: &[&str]| document(args)["closed_forms"].clone();
    let bribe = forms(&["design", "sim/designs/court-bribe.toml"]);
    assert_eq!((&bribe[0]["goal"], &bribe[0]["other"]), (&"bribery".into(), &Value::Array(vec![])));
    assert!(bribe[0]["points"].as_u64() > Some(600), "{bribe}");
    for jurors in ["audit.jurors=3", "audit.jurors=7"] {
        let few = ["--free", "params.fee_per_vote=600..3_000:5", "--free", "params.alpha=0.1..1:4"];
        let some =
            ["--set", jurors, "--set", "intended.properties=[{property='bribery',budget=6_000}]"];
        let some = forms(
            &[&["design", "sim/designs/court-bribe.toml"], &few[..], &some, &["--hold", "bribery"]]
                .concat(),
        );
        assert_eq!(some[0]["other"], Value::Array(vec![]), "{jurors}");
    }
    let bonus = forms(&["design", "sim/designs/assurance.toml"]);
    assert_eq!((&bonus[0]["goal"], &bonus[0]["other"]), (&"ex_post".into(), &Value::Array(vec![])));
    let ring =
        ["--free", "params.reserve_price=0..1_000_000:11", "--free", "params.deposit=100_000"];
    let small = [
        "--for",
        "audit.bidders=2",
        "--set",
        "design.bounds=[]",
        "--set",
        "audit.withholding=false",
    ];
    let ring = forms(&[&["design", RING], &ring[..], &small].concat());
    assert_eq!((&ring[0]["goal"], &ring[0]["other"]), (&"coalition".into(), &Value::Array(vec![])));
    // Where another price is asked there is none.
    let first = forms(&[
        "design",
        RING,
        "--free",
        "params.reserve_price=0,700_000",
        "--free",
        "params.deposit=1_000_000",
        "--for",
        "audit.bidders=2",
        "--set",
        "audit.steps=2",
        "--set",
        "params.kind=vcg",
        "--set",
        "design.bounds=[]",
    ]);
    assert_eq!(first, Value::Array(vec![]));
}

/// With a gain that nobody knows, the slash withstands the highest that is stated.
#[test]
fn a_slash_withstands_every_gain_up_to_one() {
    let found = document(&[
        "design",
        "sim/designs/staking-slash.toml",
        "--for",
        "world.offence_gain=0..20_000_000_000_000:5",
        "--set",
        "audit.operators=6",
        "--set",
        "params.issuance=23_333_333_333_333_333",
        "--set",
        "intended.properties=[{property='coalition',size=2,margin=-6}]",
    ]);
    assert_eq!(found["best"][0]["values"]["params.misconduct_slash"], "0.222");
    is_as_audited(&found);
}

/// What was chosen from is one page, a section for each of the rules.
#[test]
fn rules_that_were_chosen_from_are_one_page() {
    let out = folder("design", "kinds");
    let page = out.with_extension("html");
    stdout(&["design", KINDS, "--runs", "2", "--out", text(&out)]);
    stdout(&["report", text(&out), "--out", text(&page)]);
    let page = fs::read_to_string(page).expect("it was written");
    for kind in ["uniform_price", "vcg"] {
        assert!(page.contains(&format!("params.kind={kind})")), "{kind}");
    }
}

/// What a design kept becomes a page: what is best, how far it can move, and what was computed.
#[test]
fn a_design_becomes_a_page() {
    let out = folder("design", "page");
    let page = out.with_extension("html");
    stdout(&["design", "sim/designs/court-bribe.toml", "--out", text(&out)]);
    stdout(&["report", text(&out), "--out", text(&page)]);
    let page = fs::read_to_string(page).expect("it was written");
    let (head, again) = (out.join("design.toml"), folder("design", "page-again"));
    stdout(&["design", text(&head), "--out", text(&again)]);
    let numbers = |folder: &std::path::Path| -> Vec<String> {
        let rows = fs::read_to_string(folder.join("points.csv")).expect("rows");
        // But for their commands and checks, in which the files differ.
        rows.lines().map(|row| row.split(',').take(9).collect::<Vec<_>>().join(",")).collect()
    };
    assert!(numbers(&out) == numbers(&again), "what it says makes the same rows again");
    for said in [
        "oracle: what meets bribery, individual_rationality",
        "Of 10201 points 5897 meet all goals. 629 were computed, of these 64 drawn",
        "Best, with what was measured",
        "How far each key can move alone",
        "550: bribery, individual_rationality",
        "Where the goals are met",
        "Closed forms",
    ] {
        assert!(page.contains(said), "{said}");
    }
}

#[test]
fn goals_that_make_no_sense_are_refused() {
    let free = ["design", OWNER, "--free", "world.cost=0.5,1"];
    let with = |more: &[&'static str]| [&free[..], more].concat();
    let cases: [(Vec<&str>, &str); 21] = [
        (
            with(&["--hold", "attack", "--divide", "--most", "welfare"]),
            "--divide: expected objectives that are free keys",
        ),
        (
            with(&["--hold", "solvency", "--most", "solvency"]),
            "--most solvency: expected a property of which something is measured",
        ),
        (with(&["--hold", "attack", "--search", "0"]), "--search 0: expected at least one point"),
        (
            with(&[
                "--hold",
                "attack",
                "--search",
                "9",
                "--least",
                "world.cost",
                "--most",
                "attack",
            ]),
            "--search 9: expected one objective at most",
        ),
        (
            vec![
                "design",
                "sim/designs/auction-discovered.toml",
                "--free",
                "params.price_line[3][1]=0,1",
            ],
            "expected `price_line[n]` with the number of an entry",
        ),
        (vec!["design", OWNER], "--free: expected a key with its values"),
        (with(&[]), "--hold: expected a property, or --bound"),
        (with(&["--hold", "peace"]), "--hold peace: expected one of "),
        (with(&["--bound", "revenue"]), "--bound revenue: expected NAME>=NUMBER"),
        (with(&["--bound", "peace>=1"]), "--bound peace>=1: peace: expected one of "),
        (
            with(&["--hold", "attack", "--least", "peace"]),
            "--least peace: expected one of world.cost, ",
        ),
        (with(&["--hold", "attack", "--hold", "attack"]), "attack: it is wanted twice"),
        (with(&["--hold", "attack", "--for", "world.cost=1"]), "world.cost is there twice"),
        (
            vec!["design", OWNER, "--free", "world.cost=0.5..1", "--hold", "attack"],
            "expected how many",
        ),
        (
            vec!["design", OWNER, "--free", "world.cost=1..0.5:3", "--hold", "attack"],
            "expected FROM <= TO",
        ),
        (vec!["design", OWNER, "--free", "world.colour=1,2", "--hold", "attack"], "colour"),
        (
            with(&["--hold", "attack", "--choose", "params.kind=assurance"]),
            "--choose params.kind=assurance: expected from 2 to 100 values",
        ),
        (
            with(&["--hold", "attack", "--choose", "world.cost=0.5,1"]),
            "--choose world.cost=0.5,1: world.cost is there twice",
        ),
        (with(&["--hold", "attack", OWNER]), "it is there twice"),
        (
            vec!["design", OWNER, KINDS, "--hold", "solvency", "--free", "run.seed=1,2"],
            "expected the same objectives of all rules",
        ),
        (
            with(&["--hold", "attack", "--for", "run.seed=1..2_000_000"]),
            "expected at most 1000000 points",
        ),
    ];
    for (args, message) in cases {
        refused(&args, message);
    }
}

/// What the file of the question says: a reserve price of seven tenths, and none if more are to be sold.
#[test]
fn a_ring_is_bounded_where_little_is_sold() {
    let near = [
        "--free",
        "params.reserve_price=600_000,700_000",
        "--free",
        "params.deposit=200_000",
        "--for",
        "audit.bidders=2",
    ];
    let found = document(&[&["design", RING], &near[..]].concat());
    assert_eq!(found["best"][0]["values"]["params.reserve_price"], "700000");
    assert_eq!(strings(&found["room"][0]["down"]["broken"]["goals"]), ["coalition"]);
    let more = ["--bound", "sold>=0.7", "--format", "json"];
    let output = carrots(&[&["design", RING], &near[..], &more[..]].concat());
    assert_eq!(output.status.code(), Some(1));
    let found: Value = serde_json::from_slice(&output.stdout).expect("a document");
    let conflict = found["conflict"].as_array().expect("goals").iter();
    let conflict: Vec<_> = conflict.filter_map(|one| one["goal"].as_str()).collect();
    assert_eq!(conflict, ["coalition", "sold>=0.7"]);
}

/// The whole box of the file: it is decided to 99 %, and its answer is what audits and runs say that were not used.
#[test]
fn a_ring_is_bounded_by_a_reserve_price() {
    let found = document(&["design", RING]);
    let best = found["best"].as_array().expect("points");
    assert_eq!(best.len(), 1);
    let values = serde_json::json!({ "params.reserve_price": "700000", "params.deposit": "10000" });
    assert_eq!(best[0]["values"], values);
    assert!(found["points"]["unknown"].as_u64() <= Some(10_100 / 20), "{}", found["points"]);
    assert_eq!(found["closed_forms"][0]["other"], Value::Array(vec![]));
    is_in_the_readme(&found, "auction-ring");
    let broken = &found["room"][0]["down"]["broken"];
    assert_eq!(strings(&broken["goals"]), ["coalition"], "{broken}");
    assert_eq!(again(strings(&broken["commands"])[0]), Some(1));
    assert_eq!(
        again(best[0]["goals"]["coalition"]["command"].as_str().expect("a command")),
        Some(0)
    );
}

/// The question that the repository answers: a small part of its grid.
#[test]
fn a_reserve_price_bounds_what_a_ring_gains() {
    let small = [
        "--free",
        "params.reserve_price=0,700_000",
        "--free",
        "params.deposit=1_000_000",
        "--for",
        "audit.bidders=2",
        "--set",
        "audit.steps=2",
    ];
    let found = document(&[&["design", RING], &small[..]].concat());
    let best = found["best"].as_array().expect("points");
    assert_eq!(best.len(), 1, "{found}");
    assert_eq!(best[0]["values"]["params.reserve_price"], "700000");
    let broken = &found["room"][0]["down"]["broken"];
    assert_eq!(strings(&broken["goals"]), ["coalition"], "without a reserve price a pair gains");
}
