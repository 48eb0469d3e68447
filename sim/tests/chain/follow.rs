//! Following what happens on a chain.

use crate::localnet::{Localnet, Run, command, scenario};
use crate::relay::{Pass, Relay};
use std::process::Stdio;
use std::time::Duration;
use subxt::ext::scale_value::Value;
use subxt::utils::AccountId32;
use subxt::{OnlineClient, SubstrateConfig};
use subxt_signer::sr25519::dev;

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
fn a_chain_that_was_killed_goes_on_with_all_that_it_had() {
    let mut net = Localnet::start("killed");
    let record = net.deploy("staking", &scenario("staking-small"));
    net.run(&["follow", &record, "--until", "2"]).ended(0);
    for block in 3..6 {
        let url = net.url.clone();
        let fund = ["call", &record, "fund", "--value", "7", "--signer", "dev:Bob", "--yes"];
        net.run(&[&fund[..], &["--url", &url]].concat()).ended(0);
        net.restart();
        let until = block.to_string();
        let run = net.run(&["follow", &record, "--url", &net.url, "--until", &until]).ended(0);
        assert!(run.out.contains("equal after 1 blocks, 1 calls"), "{}", run.out);
        net.run(&["call", &record, "state", "--url", &url]).refused(2, "no node answers there");
    }
    let state = net.run(&["call", &record, "state", "--url", &net.url]).ended(0).out;
    assert!(state.contains("reserve: 21"), "{state}");
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

/// A call in an old form is none that can be read, as one in a batch, or by another contract.
#[test]
fn a_call_that_cannot_be_seen_from_outside_is_told_and_followed() {
    let net = Localnet::start("hidden");
    let record = net.deploy("staking", &scenario("staking-small"));
    net.run(&["follow", &record, "--until", "2"]).ended(0);
    let contract: AccountId32 = net.read(&record)["address"].as_str().unwrap().parse().unwrap();
    let fund = carrots::model::selector("fund");
    let none = || Value::unnamed_variant("None", []);
    let to = || Value::unnamed_variant("Id", [Value::from_bytes(contract.0)]);
    let send = |call: &str, fields: Vec<Value>| {
        let call = subxt::dynamic::tx("Contracts", call, fields);
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let client = OnlineClient::<SubstrateConfig>::from_insecure_url(&net.url).await;
            let mut transactions = client.unwrap().tx().await.unwrap();
            let sent = transactions.sign_and_submit_then_watch_default(&call, &dev::bob()).await;
            sent.unwrap().wait_for_finalized().await.unwrap();
        });
    };
    let gas = Value::u128(500_000_000_000);
    send("call_old_weight", vec![to(), Value::u128(7), gas, none(), Value::from_bytes(fund)]);
    let run = net.run(&["follow", &record, "--until", "3"]).ended(0);
    assert!(run.out.contains("reached through another contract or call"), "{}", run.out);

    // Nor does a call that the chain ends say anything of the rules.
    let little = Value::named_composite([
        ("ref_time", Value::u128(1_000_000)),
        ("proof_size", Value::u128(1_000)),
    ]);
    send("call", vec![to(), Value::u128(7), little, none(), Value::from_bytes(fund)]);
    let run = net.run(&["follow", &record, "--until", "4"]).ended(0);
    assert!(run.out.contains("OutOfGas"), "{}", run.out);
    net.run(&["call", &record, "fund", "--value", "5", "--signer", "dev:Bob", "--yes"]).ended(0);
    let run = net.run(&["follow", &record, "--until", "5"]).ended(0);
    assert!(run.out.contains("equal after 1 blocks, 1 calls"), "{}", run.out);
}
