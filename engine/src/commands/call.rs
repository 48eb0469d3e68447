//! `carrots call`: a message of a deployed contract.

use super::chain::{Deployed, Signing, bundle};
use super::output::{Format, Verdict, print};
use crate::chain::{Call, Deposit, Trial};
use crate::mechanism::{Catalogue, Mechanism};
use anyhow::bail;
use serde::Serialize;
use std::path::PathBuf;

/// Call a message of a deployed mechanism: tried first, then signed
///
/// Messages that change nothing, and --dry-run, are only tried. Accounts are given in SS58 or 0x…,
/// amounts in the chain's smallest unit, fractions as in scenarios.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    deployed: Deployed,
    /// The message
    message: String,
    /// Its arguments, in order: VALUE or NAME=VALUE
    arguments: Vec<String>,
    /// Tokens to send along, in the chain's smallest unit
    #[arg(long, value_name = "AMOUNT", default_value = "0", value_parser = amount)]
    value: u128,
    /// Only try
    #[arg(long)]
    dry_run: bool,
    /// The bundle that was deployed [default: the record's]
    #[arg(long, value_name = "FILE")]
    bundle: Option<PathBuf>,
    #[command(flatten)]
    signing: Signing,
    /// How to print the result
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

/// What is printed as JSON.
#[derive(Serialize)]
struct Outcome {
    message: String,
    result: String,
    gas: crate::chain::Gas,
    deposit: String,
    block: Option<u32>,
    fee: Option<String>,
}

fn amount(text: &str) -> Result<u128, String> {
    text.replace('_', "").parse().map_err(|_| "expected an amount from 0 to 2^128 - 1".into())
}

pub fn run(args: Args, catalogue: Catalogue) -> anyhow::Result<Verdict> {
    let (mut record, node) = args.deployed.open()?;
    let bundle = bundle(&record, args.bundle.as_deref())?;
    let call = Call::new(&record, &bundle, &args.message, &args.arguments, args.value)?;
    let only_read = !call.message.mutates;
    // Whoever only reads needs no secret.
    let signer = match only_read {
        true => None,
        false => Some(args.signing.signer()?),
    };
    let who = signer.as_ref().map_or(record.deployer, |signer| signer.address());
    let path = &args.deployed.record;
    if !only_read && let Some((at, included, same)) = call.earlier(&mut record, path, &node, who)? {
        let came = match &included.failed {
            Some(why) => format!("was included in block {} and failed: {why}", at.number),
            None => format!("was included in block {}", at.number),
        };
        if same {
            print(&match args.format {
                Format::Table => {
                    format!("{} {came}, of an earlier attempt: it was not sent again", args.message)
                }
                Format::Json => serde_json::to_string_pretty(&serde_json::json!({
                    "message": args.message,
                    "block": at.number,
                    "fee": included.fee.to_string(),
                    "failed": included.failed,
                }))?,
            })?;
            return Ok(if included.failed.is_some() { Verdict::Fails } else { Verdict::Holds });
        }
        eprintln!("An earlier call {came}.");
    }
    let trial = call.attempt(&node, who)?;
    let result = match &trial.result {
        Ok(result) => result.clone(),
        Err(error) => bail!(
            "{} is refused: {}",
            args.message,
            meaning(catalogue.find(&record.mechanism).ok(), error)
        ),
    };
    let mut outcome = Outcome {
        message: args.message.clone(),
        result,
        gas: trial.gas,
        deposit: deposit(&trial),
        block: None,
        fee: None,
    };
    let Some(signer) = signer.filter(|_| !args.dry_run) else {
        return show(&args, &outcome);
    };
    let token = node.token()?;
    if args.format == Format::Table && !args.signing.yes {
        let show = |amount| token.show(amount);
        let deposit = match trial.deposit {
            Deposit::Charge(amount) => format!("deposit {}", show(amount)),
            Deposit::Refund(amount) => format!("{} of deposits come back", show(amount)),
        };
        let (value, fee) = (show(args.value), show(call.fee(&node, &trial, who)?));
        print(&format!(
            "{} would return {}; sends {value}, {deposit}, fee {fee}",
            args.message, outcome.result
        ))?;
    }
    if !args.signing.agreed("Sign and send?")? {
        print("Nothing was signed.")?;
        return Ok(Verdict::Stopped);
    }
    let (at, included) =
        call.send(&mut record, path, &node, &trial, &signer, args.signing.wait.into())?;
    (outcome.block, outcome.fee) = (Some(at.number), Some(included.fee.to_string()));
    show(&args, &outcome)
}

/// An error with what it means.
fn meaning(mechanism: Option<&Mechanism>, error: &str) -> String {
    let errors = mechanism.map_or(&[][..], |mechanism| (mechanism.errors)());
    match errors.iter().find(|(name, _)| *name == error) {
        Some((_, meaning)) => format!("{error}: {meaning}"),
        None => error.to_string(),
    }
}

fn deposit(trial: &Trial) -> String {
    match trial.deposit {
        Deposit::Charge(amount) => amount.to_string(),
        Deposit::Refund(amount) => format!("-{amount}"),
    }
}

fn show(args: &Args, outcome: &Outcome) -> anyhow::Result<Verdict> {
    match args.format {
        Format::Json => print(&serde_json::to_string_pretty(outcome)?)?,
        Format::Table => match outcome.block {
            Some(block) => print(&format!("{}\nin block {block}", outcome.result))?,
            None => print(&outcome.result)?,
        },
    }
    Ok(Verdict::Holds)
}
