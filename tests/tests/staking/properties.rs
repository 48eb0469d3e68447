//! Ways to lose less for an offence, none of which works: [`carrots_logic::staking`] says why.

use crate::generate::params;
use crate::script::*;
use carrots::model::{Agent, Instance, Step};
use carrots_catalogue::staking::{Op, Receipt, SLASHER, Staking};
use carrots_kernel::{Balance, Perbill};
use carrots_logic::staking::{Db, Offence, Params};
use proptest::prelude::*;

/// The agents of these games. Those from `DAN` on are other operators.
const AGENTS: usize = 20;
const DAN: Agent = 10;

fn params_of_games() -> impl Strategy<Value = Params> {
    (0..=6u32, 0..=4u32, 1..=3u32, 0..=1_000_000_000u32).prop_map(|(defer, report, more, slash)| {
        Params {
            slash_defer_eras: defer,
            report_eras: report,
            unbonding_eras: report + more,
            misconduct_slash: Perbill::from_parts(slash),
            max_operators: 20,
            ..params()
        }
    })
}

fn offences() -> impl Strategy<Value = Offence> {
    prop_oneof![
        Just(Offence::Equivocation),
        Just(Offence::Unresponsiveness),
        Just(Offence::Misconduct)
    ]
}

/// Ann, Bob at Ann's, and other operators.
fn start(params: Params, own: Balance, bonded: Balance) -> Instance<Staking> {
    let mut model = model(params, AGENTS);
    play_all(&mut model, &[register(ANN, own), bond(BOB, bonded, ANN)]);
    (DAN..DAN + 5).for_each(|other| play_all(&mut model, &[register(other, 1_000)]));
    model
}

/// What Ann, Bob, or both lose from here on if the steps are played and Ann's slash is applied.
fn loss(mut model: Instance<Staking>, who: &[Agent], steps: &[Step<Op>]) -> Balance {
    let wealth =
        |model: &Instance<Staking>| who.iter().map(|agent| model.wealth(*agent)).sum::<Balance>();
    let (params, before) = (Db::params(&model.db), wealth(&model));
    play_all(&mut model, steps);
    play_all(&mut model, &eras(&params, params.slash_defer_eras as usize));
    play_all(&mut model, &[apply_slash(ANN)]);
    before.saturating_sub(wealth(&model))
}

/// Rounding moves at most so much.
const SLACK: Balance = 3;

proptest! {
    #[test]
    fn leaving_in_the_era_of_the_offence_is_no_escape(
        params in params_of_games(), offence in offences(), amount in 10..1_000_000u128,
    ) {
        let model = start(params, 5_000, amount);
        let report = report(ANN, 0, offence);
        let stays = loss(model.clone(), &[BOB], std::slice::from_ref(&report));
        let leaves = loss(model, &[BOB], &[unbond(BOB, ANN, amount), report]);
        prop_assert!(leaves.abs_diff(stays) <= SLACK, "{leaves} instead of {stays}");
    }

    #[test]
    fn bonding_again_is_no_escape(params in params_of_games(), amount in 10..1_000_000u128) {
        prop_assume!(params.report_eras > 0);
        let model = start(params, 5_000, amount);
        let report = misconduct(ANN, 0);
        let stays = loss(model.clone(), &[BOB], &[eras(&params, 1), vec![report.clone()]].concat());
        let again = vec![rebond(BOB, ANN, 0), report];
        let moves = [vec![unbond(BOB, ANN, amount)], eras(&params, 1), again].concat();
        let moves = loss(model, &[BOB], &moves);
        prop_assert!(moves.abs_diff(stays) <= SLACK, "{moves} instead of {stays}");
    }

    #[test]
    fn retiring_is_no_escape(
        params in params_of_games(), offence in offences(), own in 1_000..1_000_000u128,
    ) {
        let model = start(params, own, 10);
        let report = report(ANN, 0, offence);
        // The number of operators at the end of the era decides, with Ann or without her.
        let stays = loss(model.clone(), &[ANN], std::slice::from_ref(&report));
        let retires = loss(model, &[ANN], &[retire(ANN), unbond(ANN, ANN, own), report]);
        prop_assert!(retires + SLACK >= stays, "{retires} instead of {stays}");
    }

    #[test]
    fn being_removed_is_no_escape(first in 1..900_000_000u32, own in 1_000..1_000_000u128) {
        let params = Params { misconduct_slash: Perbill::from_parts(first), ..at_once() };
        let mut model = start(params, own, 10);
        play_all(&mut model, &[misconduct(ANN, 0), apply_slash(ANN)]);
        let second = report(ANN, 0, Offence::Equivocation);
        let stays = loss(model.clone(), &[ANN], std::slice::from_ref(&second));
        if play(&mut model, &remove(ANN)).is_ok() {
            let removed = loss(model, &[ANN], &[second]);
            prop_assert!(removed + SLACK >= stays, "{removed} instead of {stays}");
        }
    }

    #[test]
    fn splitting_over_accounts_is_no_escape(
        params in params_of_games(), amount in 100..1_000_000u128, parts in 2..6u128,
    ) {
        let model = start(params, 5_000, 10);
        let whole = vec![bond(CAT, amount / parts * parts, ANN), misconduct(ANN, 0)];
        let accounts: Vec<Agent> = (CAT..).take(parts as usize).collect();
        let split = accounts.iter().map(|who| bond(*who, amount / parts, ANN));
        let split: Vec<_> = split.chain([misconduct(ANN, 0)]).collect();
        let whole = loss(model.clone(), &[CAT], &whole);
        let split = loss(model, &accounts, &split);
        prop_assert!(split + SLACK >= whole, "{split} instead of {whole}");
    }

    #[test]
    fn splitting_over_operators_is_no_escape(
        params in params_of_games(), offence in offences(),
        part in 1_000..100_000u128, parts in 2..6u32,
    ) {
        let each = |mine: &[Agent], step: &dyn Fn(Agent) -> Step<Op>| {
            mine.iter().map(|operator| step(*operator)).collect::<Vec<_>>()
        };
        let loss = |operators: u32, bond: Balance| {
            let mut model = model(params, AGENTS);
            let others: Vec<_> = (DAN..DAN + 5).map(|other| register(other, 1_000)).collect();
            let mine: Vec<Agent> = (ANN..ANN + operators).collect();
            play_all(&mut model, &[others, each(&mine, &|who| register(who, bond))].concat());
            let before: Balance = mine.iter().map(|who| model.wealth(*who)).sum();
            let reporter = SLASHER;
            let report = |operator| Op::Report { operator, era: 0, offence, reporter };
            play_all(&mut model, &each(&mine, &|who| call(SLASHER, 0, report(who))));
            play_all(&mut model, &eras(&params, params.slash_defer_eras as usize));
            play_all(&mut model, &each(&mine, &apply_slash));
            before - mine.iter().map(|who| model.wealth(*who)).sum::<Balance>()
        };
        let (whole, split) = (loss(1, part * u128::from(parts)), loss(parts, part));
        prop_assert!(split + SLACK >= whole, "{split} instead of {whole}");
    }

    #[test]
    fn reporting_oneself_loses(
        slash in 1_000_000..=1_000_000_000u32, share in 0..1_000_000_000u32,
        own in 10_000..1_000_000u128,
    ) {
        let (slash, share) = (Perbill::from_parts(slash), Perbill::from_parts(share));
        let params = Params { misconduct_slash: slash, reporter_share: share, ..at_once() };
        let (model, offence) = (start(params, own, 1_000_000), Offence::Misconduct);
        let report = Op::Report { operator: ANN, era: 0, offence, reporter: ANN };
        let lost = loss(model, &[ANN], &[call(SLASHER, 0, report)]);
        prop_assert!(lost > 0, "it loses nothing");
    }

    #[test]
    fn a_slash_is_applied_once(params in params_of_games(), offence in offences()) {
        let mut model = start(params, 5_000, 5_000);
        play_all(&mut model, &[report(ANN, 0, offence)]);
        prop_assert_eq!(play(&mut model, &report(ANN, 0, offence)), Err("AlreadyReported".into()));
        play_all(&mut model, &eras(&params, params.slash_defer_eras as usize));
        play_all(&mut model, &[apply_slash(ANN)]);
        prop_assert_eq!(play(&mut model, &apply_slash(ANN)), Err("NoSlash".into()));
    }

    #[test]
    fn a_payout_is_pulled_once(points in 1..1_000u32, others in 1..1_000u32) {
        let mut model = start(params(), 5_000, 5_000);
        play_all(&mut model, &[fund(1_000_000), award(ANN, points), award(DAN, others)]);
        play_all(&mut model, &eras(&params(), 1));
        let pulled = play(&mut model, &payout(ANN, 0));
        prop_assert!(matches!(pulled, Ok(Some(Receipt::PaidOut(_)))), "{pulled:?}");
        prop_assert_eq!(play(&mut model, &payout(ANN, 0)), Err("NothingToPay".into()));
        play_all(&mut model, &[payout(DAN, 0)]);
        prop_assert_eq!(model.db.era(0).payout, 0, "the last one gets what rounding left");
    }
}
