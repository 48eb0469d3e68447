//! Following what happens on a chain.

use crate::localnet::{Localnet, Run, command, scenario};
use crate::relay::{Pass, Relay};
use std::process::Stdio;
use std::time::Duration;

#[test]
fn nothing_is_lost_across_broken_connections_and_killed_processes() {
    let net = Localnet::start("follow");
    let local = scenario("staking-local");
    let record = net.deploy("staking", &local);
    let relay = Relay::start(&net.url, Box::new(|_, _, _| Pass::On));
    let play = [
        "simulate",
        &local,
        "--on",
        &net.url,
        "--record",
        &record,
        "--set",
        "run.horizon=8",
        "--format",
        "json",
    ];
    let playing =
        command(&net.folder, &play).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // Followers are killed one after another while it plays, their connections broken again and
    // again.
    let follow = ["follow", &record, "--url", &relay.url];
    for _ in 0..4 {
        let mut following = command(&net.folder, &follow).stdout(Stdio::null()).spawn().unwrap();
        for _ in 0..5 {
            std::thread::sleep(Duration::from_millis(300));
            relay.cut();
        }
        following.kill().unwrap();
        following.wait().unwrap();
    }
    let played = Run::new(&play, playing.wait_with_output().unwrap()).json();
    assert_eq!(played["equal"], true, "{played}");
    let head = 2 + 1 + played["blocks"].as_u64().unwrap();
    let until = head.to_string();
    let last = net.run(&[&follow[..], &["--until", &until, "--format", "json"]].concat()).json();
    assert_eq!(last["difference"], serde_json::Value::Null);
    let progress = net.read("staking.follow.json");
    assert_eq!(progress["at"]["number"], head);
    assert_eq!(progress["calls"], played["calls"], "a call was lost, or counted twice");
}

#[test]
fn the_first_difference_is_told() {
    let net = Localnet::start("difference");
    let record = net.deploy("staking", &scenario("staking-small"));
    net.run(&["follow", &record, "--until", "2"]).ended(0);
    let mut progress = net.read("staking.follow.json");
    // The reserve is the last of the state's five numbers.
    let state = progress["state"]["cells"]["0x00000000"].as_str().unwrap().to_string();
    let reserve = state.len() - 32;
    progress["state"]["cells"]["0x00000000"] =
        format!("{}01{}", &state[..reserve], &state[reserve + 2..]).into();
    progress["state"]["held"] = "1".into();
    net.write("staking.follow.json", &progress.to_string());
    net.run(&["call", &record, "fund", "--value", "7", "--signer", "dev:Bob", "--yes"]).ended(0);
    let run = net.run(&["follow", &record, "--until", "3"]).ended(1);
    assert!(run.out.contains("DIFFERENT  block 3"), "{}", run.out);
}
