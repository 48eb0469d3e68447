//! Populations and traces on a chain.

use crate::localnet::{Localnet, carrots, scenario};

#[test]
fn a_population_plays_on_the_chain_and_what_is_there_goes_on() {
    let net = Localnet::start("play");
    let local = scenario("staking-local");
    let record = net.deploy("staking", &local);
    let play = |more: &[&str]| {
        let plain = ["simulate", &local, "--on", &net.url, "--record", &record];
        net.run(&[&plain, more].concat())
    };
    play(&["--set", "params.era_blocks=6"]).refused(2, "the scenario's params are not those");
    play(&["--signer", "dev:Bob"]).refused(2, "deploy it with --agents, by the same signer");
    let played = play(&["--set", "run.horizon=6", "--format", "json"]).json();
    assert_eq!(played["equal"], true, "{played}");
    assert!(played["calls"].as_u64() > Some(60), "{played}");
    play(&[]).refused(2, "the agents have played there before");

    net.run(&["state", &record, "--like", &local, "--out", "live.toml"]).ended(0);
    net.run(&["state", &record, "--wallets", "--out", "rich.toml"]).ended(0);
    let wallets = |file: &str| {
        let text = std::fs::read_to_string(net.folder.join(file)).expect(file);
        text.lines().filter(|line| line.starts_with("wallet = \"0\"")).count()
    };
    assert!(wallets("live.toml") > 20 && wallets("rich.toml") == 0);
    let from_here = net.run(&["simulate", "live.toml", "--runs", "5", "--format", "json"]).json();
    assert!(from_here["strategies"]["honest"]["count"].as_u64() > Some(0), "{from_here}");
    let audit = net.run(&["audit", "live.toml", "--property", "solvency"]);
    assert!([0, 1].contains(&audit.status), "{}", audit.err);
    assert!(audit.out.contains("solvency"), "{}", audit.out);
}

#[test]
fn a_trace_of_the_audit_runs_on_the_chain() {
    let net = Localnet::start("trace");
    let first = scenario("auction-first-price");
    let audit = ["audit", &first, "--property", "dominant_strategy", "--out", "."];
    let short = ["--set", "params.commit_blocks=3", "--set", "params.reveal_blocks=3"];
    carrots(&net.folder, &[&audit[..], &short].concat()).ended(1);
    let trace = net.read("dominant_strategy.json");
    // Plain values are written alike in JSON and in TOML.
    let params = trace["params"].as_object().expect("parameters").iter();
    let params: String = params.map(|(name, value)| format!("{name} = {value}\n")).collect();
    let file = format!("mechanism = {}\n[params]\n{params}", trace["mechanism"]);
    net.write("params.toml", &file);
    let record = net.deploy("auction", "params.toml");
    let run = net.run(&["replay", "dominant_strategy.json", "--on", &net.url, "--record", &record]);
    assert!(run.ended(0).out.contains("equal after every block"));
}
