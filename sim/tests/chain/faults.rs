//! What goes wrong, and what is said and done then.

use crate::localnet::{Localnet, Run, bundle, scenario};
use crate::relay::{Pass, Relay};
use scale::{Decode, Encode};
use scale_info::{TypeDef, TypeDefPrimitive};
use serde_json::Value;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use subxt::ext::frame_metadata::{RuntimeMetadata, RuntimeMetadataPrefixed, v15};

fn deploy(net: &Localnet, url: &str, bundle: &str, more: &[&str]) -> Run {
    let small = scenario("staking-small");
    let plain = ["deploy", bundle, &small, "--url", url, "--agents", "--yes", "--record", "r.json"];
    let alice = match more.contains(&"--signer") {
        true => &[][..],
        false => &["--signer", "dev:Alice"],
    };
    net.run(&[&plain, alice, more].concat())
}

/// A relay to a chain whose metadata say something else.
fn other_chain(node: &str, change: fn(&mut v15::RuntimeMetadataV15)) -> Relay {
    let rule = move |method: &str, params: &Value, answer: &Value| {
        let asked = method == "state_call" && params[0] == "Metadata_metadata_at_version";
        match answer.as_str().filter(|_| asked).and_then(|answer| changed(answer, change)) {
            Some(changed) => Pass::Answer(changed.into()),
            None => Pass::On,
        }
    };
    Relay::start(node, Box::new(rule))
}

fn changed(answer: &str, change: fn(&mut v15::RuntimeMetadataV15)) -> Option<String> {
    let bytes = hex::decode(answer.strip_prefix("0x")?).ok()?;
    let inner = Option::<Vec<u8>>::decode(&mut &bytes[..]).ok()??;
    let RuntimeMetadataPrefixed(magic, metadata) = Decode::decode(&mut &inner[..]).ok()?;
    let RuntimeMetadata::V15(mut metadata) = metadata else { return None };
    change(&mut metadata);
    let changed = RuntimeMetadataPrefixed(magic, RuntimeMetadata::V15(metadata));
    Some(format!("0x{}", hex::encode(Some(changed.encode()).encode())))
}

#[test]
fn what_a_chain_does_not_take_is_told_before_anything_is_signed() {
    let net = Localnet::start("faults");
    let staking = bundle("staking");
    let no_pallet = other_chain(&net.url, |metadata| {
        metadata.pallets.retain(|pallet| pallet.name != "Contracts");
    });
    let unknown_extension = other_chain(&net.url, |metadata| {
        let extensions = metadata.extrinsic.signed_extensions.iter_mut();
        let nonce = extensions.into_iter().find(|at| at.identifier == "CheckNonce");
        nonce.expect("nonces are checked").identifier = "CheckMoon".into();
    });
    let narrow_balances = other_chain(&net.url, |metadata| {
        for kind in &mut metadata.types.types {
            if let TypeDef::Primitive(primitive @ TypeDefPrimitive::U128) = &mut kind.ty.type_def {
                *primitive = TypeDefPrimitive::U64;
            }
        }
    });
    let closed = other_chain(&net.url, |metadata| {
        let contracts = metadata.pallets.iter().find(|pallet| pallet.name == "Contracts");
        let calls = contracts.and_then(|pallet| pallet.calls.as_ref()).expect("calls").ty.id;
        let calls = metadata.types.types.iter_mut().find(|kind| kind.id == calls);
        if let TypeDef::Variant(calls) = &mut calls.expect("their type").ty.type_def {
            calls.variants.retain(|call| call.name != "upload_code");
        }
    });
    for (url, saying) in [
        ("http://127.0.0.1:9944", "expected the address of a node, such as ws://"),
        ("ws://127.0.0.1:1", "no node answers there"),
        (&no_pallet.url, "the chain has no pallet-contracts"),
        (&unknown_extension.url, "the signed extension CheckMoon, which is not known"),
        (&narrow_balances.url, "the chain's balances are u64, the contract's u128"),
        (&closed.url, "the chain takes no Contracts.upload_code: it is closed"),
    ] {
        deploy(&net, url, &staking, &[]).refused(2, saying);
    }
    net.write("poor", "0x4242424242424242424242424242424242424242424242424242424242424242");
    let mode = |mode| {
        let allowed = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(net.folder.join("poor"), allowed).expect("it can be changed");
    };
    mode(0o644);
    let told = deploy(&net, &net.url, &staking, &["--signer", "file:poor"]).ended(2);
    assert!(told.err.contains("poor: others can read this secret"), "{}", told.err);
    mode(0o600);
    deploy(&net, &net.url, &staking, &["--signer", "file:poor"])
        .refused(2, "deposit for storage: it has 0");
    deploy(&net, &net.url, &bundle("auction"), &[]).refused(2, "it is the contract `auction`");
    assert!(!net.folder.join("r.json").exists(), "nothing is written of what did not happen");
}

#[test]
fn a_filter_of_the_chain_is_told_before_anything_is_sent() {
    let net = Localnet::start("filter");
    // Valid; dispatched; an error of a module: the first pallet's sixth.
    let filtered = "0x00010300".to_string() + "05000000";
    let sent = Arc::new(AtomicBool::new(false));
    let seen = sent.clone();
    let rule = move |method: &str, params: &Value, answer: &Value| {
        seen.fetch_or(method == "author_submitExtrinsic", Ordering::SeqCst);
        match params[0] == "BlockBuilder_apply_extrinsic" && !answer.is_null() {
            true => Pass::Answer(filtered.clone().into()),
            false => Pass::On,
        }
    };
    let relay = Relay::start(&net.url, Box::new(rule));
    deploy(&net, &relay.url, &bundle("staking"), &[]).refused(2, "System::CallFiltered");
    assert!(!sent.load(Ordering::SeqCst));
    let record = net.read("r.json");
    assert!(record["pending"].is_object(), "a node has it, signed: {record}");
    assert!(record.get("uploaded").is_none() && record.get("deployed").is_none(), "{record}");
}

/// WebAssembly of a contract whose every entry stops by a fault.
const TRAP: &[u8] = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x02\x10\x01\x03env\x06memory\x02\x01\x02\
    \x10\x03\x03\x02\0\0\x07\x11\x02\x06deploy\0\0\x04call\0\x01\x0a\x09\x02\x03\0\0\x0b\x03\0\0\x0b";

#[test]
fn a_contract_that_traps_is_told() {
    let net = Localnet::start("traps");
    let text = std::fs::read_to_string(bundle("staking")).unwrap();
    let mut trap: Value = serde_json::from_str(&text).unwrap();
    trap["source"]["wasm"] = format!("0x{}", hex::encode(TRAP)).into();
    net.write("trap.contract", &trap.to_string());
    deploy(&net, &net.url, "trap.contract", &[]).refused(2, "build it again");
    trap["source"]["hash"] = format!("0x{}", hex::encode(carrots::model::hash(TRAP))).into();
    net.write("trap.contract", &trap.to_string());
    deploy(&net, &net.url, "trap.contract", &[]).refused(2, "ContractTrapped");
    assert!(!net.folder.join("r.json").exists());
}

#[test]
fn a_record_that_does_not_fit_the_chain_is_told() {
    let net = Localnet::start("records");
    let record = net.deploy("staking", &scenario("staking-small"));
    let good = net.read(&record);
    let zeros = format!("0x{}", "00".repeat(32));
    for (key, value, saying) in [
        ("code_hash", zeros.clone().into(), "the record says 0x0000"),
        ("genesis", zeros.into(), "this is another chain"),
        ("address", good["deployer"].clone(), "there is no contract"),
        ("deployed", Value::Null, "the deployment is not complete"),
        ("moon", Value::Null, "expected a deployment record"),
    ] {
        let mut other = good.clone();
        other[key] = value;
        net.write("other.json", &other.to_string());
        let run = net.run(&["call", "other.json", "state"]);
        assert!(run.err.contains(saying), "{key}: {}", run.err);
        assert_eq!(run.status, 2, "{key}");
    }
    net.run(&["call", "none.json", "state"]).refused(2, "there is no record");
}

/// However often and wherever the node dies, the deployment is paid for once.
#[test]
fn a_node_that_dies_in_between_costs_nothing_twice() {
    let reference = Localnet::start("dies-reference");
    deploy(&reference, &reference.url, &bundle("staking"), &[]).ended(0);
    let undisturbed = balance(&reference);
    // The fee of a transaction that a broken connection made go to waste, at most.
    let fee = 10_000_000_000;
    for (sent, before) in [(1, true), (1, false), (2, true), (2, false)] {
        let net = Localnet::start(&format!("dies-{sent}-{before}"));
        let mut count = 0;
        let rule = move |method: &str, _: &Value, answer: &Value| {
            let submit = method == "author_submitExtrinsic";
            count += u32::from(submit && answer.is_null());
            match (submit && count == sent, before, answer.is_null()) {
                (true, true, true) => Pass::Before,
                (true, false, false) => Pass::After,
                _ => Pass::On,
            }
        };
        let relay = Relay::start(&net.url, Box::new(rule));
        let run = deploy(&net, &relay.url, &bundle("staking"), &[]).ended(3);
        assert!(run.err.contains("run the same command again"), "{}", run.err);
        let record = net.read("r.json");
        assert!(record.get("deployed").is_none(), "{record}");
        assert_eq!(record.get("uploaded").is_some(), sent == 2, "{record}");
        assert!(record["pending"]["nonce"].is_u64(), "{record}");

        deploy(&net, &net.url, &bundle("staking"), &[]).ended(0);
        let record = net.read("r.json");
        assert_eq!(record["deployed"]["block"], 2, "sent {sent}, before {before}: {record}");
        assert!(record.get("pending").is_none(), "{record}");
        let left = balance(&net);
        assert!(left + fee > undisturbed, "sent {sent}, before {before}: {left} {undisturbed}");
        net.run(&["call", "r.json", "state"]).ended(0);
    }
}

/// Whether the node died before or after it took the call, it is made once.
#[test]
fn a_call_that_was_cut_short_is_made_once() {
    for before in [true, false] {
        let net = Localnet::start(&format!("call-{before}"));
        let record = net.deploy("staking", &scenario("staking-small"));
        let rule = move |method: &str, _: &Value, answer: &Value| match (
            method == "author_submitExtrinsic",
            before,
            answer.is_null(),
        ) {
            (true, true, true) => Pass::Before,
            (true, false, false) => Pass::After,
            _ => Pass::On,
        };
        let relay = Relay::start(&net.url, Box::new(rule));
        let fund = ["call", &record, "fund", "--value", "5", "--signer", "dev:Alice", "--yes"];
        let again = |url: &str| net.run(&[&fund[..], &["--url", url]].concat());
        again(&relay.url).ended(3);
        assert!(net.read(&record)["pending"].is_object());
        let other = ["call", &record, "fund", "--value", "7", "--signer", "dev:Alice", "--yes"];
        if before {
            net.run(&other).refused(2, "can still be included");
        }
        let run = again(&net.url).ended(0);
        assert_eq!(run.out.contains("not sent again"), !before, "{}", run.out);
        assert!(net.read(&record).get("pending").is_none());
        let state = net.run(&["call", &record, "state"]).ended(0);
        assert!(state.out.contains("reserve: 5"), "{}", state.out);
        again(&net.url).ended(0);
        let state = net.run(&["call", &record, "state"]).ended(0);
        assert!(state.out.contains("reserve: 10"), "what is called anew is made: {}", state.out);
    }
}

/// What Alice has.
fn balance(net: &Localnet) -> u128 {
    let salted = ["--dry-run", "--format", "json", "--salt", "9", "--record", "dry.json"];
    let run = net.run(
        &[
            &["deploy", &bundle("staking"), &scenario("staking-small"), "--url", &net.url][..],
            &["--agents", "--signer", "dev:Alice"],
            &salted,
        ]
        .concat(),
    );
    run.json()["balance"].as_str().unwrap().parse().unwrap()
}
