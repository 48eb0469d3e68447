//! Deploying and calling.

use crate::localnet::{Localnet, bundle, scenario};
use carrots::chain::Address;
use carrots::scenario::Token;

#[test]
fn a_mechanism_is_deployed_once_and_called() {
    let net = Localnet::start("deploy");
    let (bundle, small) = (bundle("staking"), scenario("staking-small"));
    let deploy = |more: &[&str]| {
        let plain =
            ["deploy", &bundle, &small, "--url", &net.url, "--signer", "dev:Alice", "--agents"];
        net.run(&[&plain, more].concat())
    };
    let tried = deploy(&["--dry-run", "--format", "json", "--record", "a.json"]).json();
    assert!(!net.folder.join("a.json").exists(), "nothing was deployed");
    deploy(&["--record", "a.json"]).refused(2, "nobody can be asked here: expected --yes");

    let done = deploy(&["--yes", "--format", "json", "--record", "a.json"]).json();
    let record = net.read("a.json");
    assert_eq!(done["record"], record);
    assert_eq!(record["address"], tried["record"]["address"]);
    for step in ["uploaded", "deployed"] {
        assert!(record[step]["transaction"].is_string(), "{record}");
    }
    let left: u128 = done["balance_left"].as_str().unwrap().parse().unwrap();

    deploy(&["--yes", "--record", "a.json"]).refused(2, "is deployed already");
    let again = deploy(&["--yes", "--record", "b.json", "--format", "json"]).json();
    assert_eq!(again["record"]["address"], record["address"], "the same contract is found");
    let other = deploy(&["--yes", "--record", "c.json", "--salt", "1", "--format", "json"]).json();
    assert_ne!(other["record"]["address"], record["address"]);
    assert!(other["record"].get("uploaded").is_none(), "the code was there already");
    let has: u128 = other["balance"].as_str().unwrap().parse().unwrap();
    assert!(has >= left, "deploying cost more than was said: {has} are left, not {left}");
}

#[test]
fn messages_are_tried_and_then_sent() {
    let net = Localnet::start("call");
    let record = net.deploy("staking", &scenario("staking-small"));
    let call = |arguments: &[&str]| net.run(&[&["call", &record], arguments].concat());
    let bob = ["--signer", "dev:Bob", "--yes"];
    let sent = |arguments: &[&str]| call(&[arguments, &bob].concat());

    sent(&["register", "0.05", "--value", "5_000_000"]).ended(0);
    let pool = call(&["pool", "operator=//Bob"]).ended(0).out;
    assert!(pool.contains("status: Active") && pool.contains(" commission: 5 %"), "{pool}");
    assert!(pool.contains("own: 5000000"), "{pool}");
    let tried = call(&["bond", "//Bob", "--value", "5000", "--dry-run", "--signer", "dev:Eve"]);
    assert!(tried.ended(0).out.contains("amount: 5000"));
    assert_eq!(call(&["pool", "//Bob"]).ended(0).out, pool, "nothing was sent");

    for (arguments, saying) in [
        (&["register", "0.05", "--value", "5_000_000"][..], "AlreadyRegistered: The caller is"),
        (&["bond", "//Bob", "--value", "5"], "BondTooLow"),
        (&["end_era"], "EraNotOver"),
        (&["bond", "//Bob", "--value=-5"], "expected an amount"),
        (&["bond", "Bob", "--value", "5000"], "operator = Bob: expected an address"),
        (&["bond", "--value", "5000"], "bond: expected 1 (operator), not 0 arguments"),
        (&["unbond", "//Bob", "0", "many"], "amount = many: expected a whole number"),
        (&["register", "5 %", "--value", "1"], "commission = 5 %: expected a fraction"),
        (&["collect", "//Bob", "--value", "1"], "collect: it takes no tokens"),
        (&["bind", "//Bob"], "no message `bind`: expected one of register, bond"),
    ] {
        let run = sent(arguments);
        assert!(run.err.contains(saying), "{arguments:?}: {}", run.err);
        assert_eq!(run.status, 2, "{arguments:?}");
    }
}

#[test]
fn no_secret_is_taken_from_the_command_line_or_shown() {
    let net = Localnet::start("secrets");
    let phrase = "bottom drive obey lake curtain smoke basket hold race lonely fit walk";
    net.write("good", &format!("{phrase}\n"));
    net.write("bad", "bottom drive obey lake curtain smoke");
    let (bundle, small) = (bundle("staking"), scenario("staking-small"));
    let deploy = |signer: &str| {
        let plain = ["deploy", &bundle, &small, "--url", &net.url, "--agents", "--dry-run"];
        net.run(&[&plain[..], &["--signer", signer]].concat())
    };
    for signer in [phrase, "file:bad", "file:none", "env:NOT_SET_AT_ALL", "dev:", "prompt"] {
        let run = deploy(signer).ended(2);
        assert!(!run.err.contains("obey lake"), "{}", run.err);
        assert!(run.out.is_empty(), "{signer}");
    }
    // The development accounts come of this phrase, but its own account has nothing.
    let run = deploy("file:good").ended(2);
    assert!(run.err.contains("has 0"), "{}", run.err);
    assert!(!run.err.contains("obey"), "{}", run.err);
}

#[test]
fn amounts_and_addresses_are_exact() {
    let show = |decimals, amount| Token { name: "UNIT".into(), decimals }.show(amount);
    for (decimals, amount, shown) in [
        (0, 0, "0 UNIT"),
        (0, 1_234_567, "1,234,567 UNIT"),
        (12, 1, "0.000000000001 UNIT"),
        (12, 1_500_000_000_000, "1.5 UNIT"),
        (3, 1_000_000, "1,000 UNIT"),
        (10, u128::MAX, "34,028,236,692,093,846,346,337,460,743.1768211455 UNIT"),
    ] {
        assert_eq!(show(decimals, amount), shown);
    }
    let alice = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
    let bytes = "0xd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d";
    // The same account with Polkadot's prefix.
    let polkadot = "15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5";
    for text in [alice, bytes, polkadot, "//Alice"] {
        assert_eq!(text.parse::<Address>().unwrap().to_string(), alice, "{text}");
    }
    let wrong = alice.replace('5', "6");
    for text in ["", "0x", "Alice", &bytes[..65], &wrong] {
        assert!(text.parse::<Address>().is_err(), "{text}");
    }
}
