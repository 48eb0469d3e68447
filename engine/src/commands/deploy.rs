//! `carrots deploy`: puts a mechanism on a chain.

use super::chain::{Signing, is_lost, role};
use super::output::{Format, Verdict, print};
use crate::chain::{Address, Bundle, Deployment, Node, Plan, Record, Signer};
use crate::mechanism::{Catalogue, Mechanism};
use crate::model::hash;
use crate::scenario::{Document, Token};
use anyhow::{Context, bail};
use serde::Serialize;
use std::path::PathBuf;

/// Deploy a mechanism: everything is checked and tried before it is signed
///
/// A deployment that was cut short goes on where it stopped when the same command is run again.
#[derive(clap::Args)]
pub struct Args {
    /// The compiled contract, NAME.contract: see scripts/build-contracts
    bundle: PathBuf,
    /// A scenario, or a TOML file with `mechanism` and `[params]` only
    scenario: PathBuf,
    /// The address of a node of the chain
    #[arg(long, default_value = "ws://127.0.0.1:9944")]
    url: String,
    /// The account of a role: `carrots mechanisms NAME` lists them; can be repeated
    #[arg(long, value_name = "NAME=ADDRESS", value_parser = role)]
    role: Vec<(String, Address)>,
    /// Give the roles to accounts derived from the signer's, as `simulate --on` needs them
    #[arg(long, conflicts_with = "role")]
    agents: bool,
    /// Put a value over one of the file, such as params.min_bond=5
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// The hash of the chain's first block: another chain is refused
    #[arg(long, value_name = "HASH")]
    genesis: Option<String>,
    /// Tells apart contracts that are alike in all else
    #[arg(long, value_name = "NUMBER", default_value = "0")]
    salt: u32,
    /// Where to write what was deployed [default: the scenario's name with .deployed.json]
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// Only check and try
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    signing: Signing,
    /// How to print the result
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

/// What is printed as JSON.
#[derive(Serialize)]
struct Outcome<'a> {
    record: &'a Record,
    deposit: String,
    fee: String,
    balance: String,
    balance_left: String,
    gas: crate::chain::Gas,
}

pub fn run(args: Args, catalogue: Catalogue) -> anyhow::Result<Verdict> {
    let document = Document::read(&args.scenario, &args.set)?;
    let mechanism = catalogue.of(&document)?;
    let bundle = Bundle::read(&args.bundle)?;
    if bundle.name != mechanism.name {
        bail!(
            "{}: it is the contract `{}`, the scenario asks for `{}`",
            args.bundle.display(),
            bundle.name,
            mechanism.name
        );
    }
    let path = args.record.clone().unwrap_or_else(|| args.scenario.with_extension("deployed.json"));
    let node = Node::connect(&args.url)?;
    let genesis = format!("{:?}", node.genesis());
    if let Some(expected) =
        args.genesis.as_ref().filter(|expected| !expected.eq_ignore_ascii_case(&genesis))
    {
        bail!("--genesis {expected}: {} has {genesis}: it is another chain", args.url);
    }
    let signer = args.signing.signer()?;
    let mut deployment = prepare(&args, &document, mechanism, bundle, &signer, &node)?;
    deployment.resume(&path)?;
    let plan = deployment.plan(&node)?;
    let token = node.token()?;
    if args.format == Format::Table {
        print(&page(&deployment, &plan, &token))?;
    }
    if args.dry_run {
        return finish(&args, &deployment, &plan).map(|()| Verdict::Holds);
    }
    if !args.signing.agreed("Deploy?")? {
        print("Nothing was signed.")?;
        return Ok(Verdict::Stopped);
    }
    let wait = args.signing.wait.into();
    let done = deployment.carry_out(&node, &plan, &signer, wait, &path);
    let place = done.map_err(anyhow::Error::from).map_err(|error| match is_lost(&error) {
        true => error.context(format!(
            "{} says how far it came: run the same command again",
            path.display()
        )),
        false => error,
    })?;
    if args.format == Format::Table {
        let text = format!("deployed in block {}: written to {}", place.block, path.display());
        print(&text)?;
    }
    finish(&args, &deployment, &plan)?;
    Ok(Verdict::Holds)
}

fn prepare(
    args: &Args,
    document: &Document,
    mechanism: &Mechanism,
    bundle: Bundle,
    signer: &Signer,
    node: &Node,
) -> anyhow::Result<Deployment> {
    let roles = roles(args, mechanism, signer)?;
    let constructor = mechanism.chain.constructor(document, &roles)?;
    let named = mechanism.roles.iter().map(|role| role.to_string()).zip(roles).collect();
    let path = args.bundle.canonicalize().context("the bundle's folder")?;
    let record = Record {
        mechanism: mechanism.name.into(),
        chain: node.chain()?,
        url: args.url.clone(),
        genesis: node.genesis(),
        bundle: path,
        code_hash: bundle.hash.into(),
        scenario: args.scenario.clone(),
        scenario_hash: hash(document.resolved().as_bytes()).into(),
        roles: named,
        params: constructor.params,
        constructor: format!("0x{}", hex::encode(&constructor.data)),
        salt: args.salt,
        deployer: signer.address(),
        address: Address([0; 32]),
        pending: None,
        uploaded: None,
        deployed: None,
    };
    let mut deployment = Deployment { record, bundle, data: constructor.data };
    deployment.record.address = deployment.address();
    Ok(deployment)
}

/// The accounts of all roles, in their order.
fn roles(args: &Args, mechanism: &Mechanism, signer: &Signer) -> anyhow::Result<Vec<Address>> {
    let names = mechanism.roles;
    if args.agents {
        return Ok((0..names.len() as u32).map(|agent| signer.agent(agent).address()).collect());
    }
    let known = |name: &String| names.contains(&&name[..]);
    if let Some((name, _)) = args.role.iter().find(|(name, _)| !known(name)) {
        bail!("--role {name}: {} has the roles {}", mechanism.name, names.join(", "));
    }
    let find = |role: &&str| {
        let mut given = args.role.iter().filter(|(name, _)| name == role);
        match (given.next(), given.next()) {
            (Some((_, address)), None) => Ok(*address),
            (None, _) => bail!(
                "--role {role}=ADDRESS is missing: {} has the roles {}; or --agents gives them to \
                 accounts derived from the signer's",
                mechanism.name,
                names.join(", ")
            ),
            _ => bail!("--role {role}: given twice"),
        }
    };
    names.iter().map(find).collect()
}

fn page(deployment: &Deployment, plan: &Plan, token: &Token) -> String {
    let (record, show) = (&deployment.record, |amount| token.show(amount));
    let most = plan.accepts.code_bytes_max.map_or(String::new(), |most| format!(" of {most}"));
    let upload = match plan.upload {
        Some((deposit, fee)) => format!("deposit {}, fee {}", show(deposit), show(fee)),
        None => "nothing: the code is there already".into(),
    };
    let make = match plan.there {
        true => "nothing: the contract is there already".into(),
        false => format!("deposit {}, fee {}", show(plan.deposit), show(plan.fee)),
    };
    let mut lines = vec![
        format!("{} on {} ({})", record.mechanism, record.chain, record.url),
        format!("genesis     {:?}", record.genesis),
        String::new(),
        format!("code hash   {:?}, {} bytes{most}", record.code_hash, deployment.bundle.code.len()),
        format!("contract    {}", record.address),
        format!("deployer    {}", record.deployer),
    ];
    lines.extend(record.roles.iter().map(|(role, address)| format!("{role:<11} {address}")));
    let left = plan.balance.saturating_sub(plan.cost());
    lines.extend([
        format!("upload      {upload}"),
        format!("contract    {make}"),
        format!("gas         {} ps, proof {} bytes", plan.gas.ref_time, plan.gas.proof_size),
        format!("balance     {}, then {}", show(plan.balance), show(left)),
        format!("            of which {} must stay", show(plan.accepts.existential_deposit)),
    ]);
    lines.join("\n")
}

fn finish(args: &Args, deployment: &Deployment, plan: &Plan) -> anyhow::Result<()> {
    if args.format != Format::Json {
        return Ok(());
    }
    let (deposit, fee) = plan.upload.unwrap_or_default();
    let outcome = Outcome {
        record: &deployment.record,
        deposit: (plan.deposit + deposit).to_string(),
        fee: (plan.fee + fee).to_string(),
        balance: plan.balance.to_string(),
        balance_left: plan.balance.saturating_sub(plan.cost()).to_string(),
        gas: plan.gas,
    };
    print(&serde_json::to_string_pretty(&outcome)?)
}
