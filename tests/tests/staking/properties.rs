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

/// Ann, Bob at Ann's, and other operators, in the era from which their stake counts.
fn start(params: Params, own: Balance, bonded: Balance) -> Instance<Staking> {
    let mut model = model(params, AGENTS);
    play_all(&mut model, &[register(ANN, own), bond(BOB, bonded, ANN)]);
    (DAN..DAN + 5).for_each(|other| play_all(&mut model, &[register(other, 1_000)]));
    play_all(&mut model, &eras(&params, 1));
    model
}

/// What Ann, Bob, or both lose from here on if the steps are played and Ann's slash is applied.
fn loss(mut model: Instance<Staking>, who: &[Agent], steps: &[Step<Op>]) -> Balance {
    let wealth =
        |model: &Instance<Staking>| who.iter().map(|agent| model.wealth(*agent)).sum::<Balance>();
    let (params, before) = (Db::params(&model.db), wealth(&model));
    play_all(&mut model, steps);
    play_all(&mut model, &eras(&params, params.deferral() as usize));
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
        let report = report(ANN, 1, offence);
        let stays = loss(model.clone(), &[BOB], std::slice::from_ref(&report));
        let leaves = loss(model, &[BOB], &[unbond(BOB, ANN, 1, amount), report]);
        prop_assert!(leaves.abs_diff(stays) <= SLACK, "{leaves} instead of {stays}");
    }

    #[test]
    fn coming_after_the_offence_costs_nothing(
        params in params_of_games(), offence in offences(), amount in 10..1_000_000u128,
        late in 0..3u32,
    ) {
        prop_assume!(late <= params.report_eras);
        let model = start(params, 5_000, 5_000);
        let later = eras(&params, late as usize);
        let comes = vec![bond(CAT, amount, ANN)];
        let lost = loss(model.clone(), &[CAT], &[comes, later.clone(), vec![report(ANN, 1, offence)]].concat());
        prop_assert_eq!(lost, 0, "it had nothing at stake in that era");
        let stays = loss(model.clone(), &[BOB], &[later.clone(), vec![report(ANN, 1, offence)]].concat());
        let beside = [vec![bond(CAT, amount, ANN)], later, vec![report(ANN, 1, offence)]].concat();
        let with = loss(model, &[BOB], &beside);
        prop_assert!(with.abs_diff(stays) <= SLACK, "{with} beside a newcomer, else {stays}");
    }

    #[test]
    fn more_operators_after_the_offence_change_no_slash(
        params in params_of_games(), offence in offences(), more in 1..5u32,
    ) {
        let model = start(params, 5_000, 5_000);
        let plain = loss(model.clone(), &[ANN, BOB], &[report(ANN, 1, offence)]);
        let newcomers = (DAN + 5..).take(more as usize).map(|who| register(who, 1_000));
        let diluted: Vec<_> = newcomers.chain([report(ANN, 1, offence)]).collect();
        let diluted = loss(model, &[ANN, BOB], &diluted);
        prop_assert_eq!(diluted, plain);
    }

    #[test]
    fn a_commission_announced_in_an_era_takes_nothing_of_its_reward(
        percent in 0..=50u32, returns in any::<bool>(),
    ) {
        let params = params();
        let mut model = start(params, 5_000, 5_000);
        let earn = vec![fund(1_000_000), award(ANN, 1), award(DAN, 1)];
        play_all(&mut model, &earn);
        let mut rug = model.clone();
        let again = call(ANN, 5_000, Op::Register { commission: Perbill::from_percent(percent) });
        let changes = if returns { vec![retire(ANN), again] } else { vec![commission(ANN, percent)] };
        play_all(&mut rug, &changes);
        for model in [&mut model, &mut rug] {
            play_all(model, &[eras(&params, 1), vec![payout(ANN)]].concat());
        }
        prop_assert_eq!(rug.wealth(BOB), model.wealth(BOB));
    }

    #[test]
    fn pools_earn_by_stake(own in 1_000..100_000u128, times in 1..50u128) {
        let params = params();
        let mut model = model(params, AGENTS);
        play_all(&mut model, &[register(ANN, own), register(DAN, own * times), fund(1_000_000)]);
        play_all(&mut model, &[eras(&params, 1), vec![award(ANN, 7), award(DAN, 7)]].concat());
        let before = [ANN, DAN].map(|who| model.wealth(who));
        play_all(&mut model, &[eras(&params, 1), vec![payout(ANN), payout(DAN)]].concat());
        let [ann, dan] = [(ANN, before[0]), (DAN, before[1])].map(|(who, had)| model.wealth(who) - had);
        prop_assert!((ann * times).abs_diff(dan) <= times * SLACK, "{ann} and {dan}");
    }

    #[test]
    fn retiring_is_no_escape(
        params in params_of_games(), offence in offences(), own in 1_000..1_000_000u128,
    ) {
        let model = start(params, own, 10);
        let report = report(ANN, 1, offence);
        let stays = loss(model.clone(), &[ANN], std::slice::from_ref(&report));
        let retires = loss(model, &[ANN], &[retire(ANN), unbond(ANN, ANN, 0, own), report]);
        prop_assert!(retires.abs_diff(stays) <= SLACK, "{retires} instead of {stays}");
    }

    #[test]
    fn being_removed_is_no_escape(first in 1..900_000_000u32, own in 1_000..1_000_000u128) {
        let params = Params { misconduct_slash: Perbill::from_parts(first), ..at_once() };
        let mut model = start(params, own, 10);
        let due = eras(&params, params.deferral() as usize);
        play_all(&mut model, &[vec![misconduct(ANN, 1)], due, vec![apply_slash(ANN)]].concat());
        let second = report(ANN, model.db.state().era, Offence::Equivocation);
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
        let offends = [eras(&params, 1), vec![misconduct(ANN, 2)]].concat();
        let whole = [vec![bond(CAT, amount / parts * parts, ANN)], offends.clone()].concat();
        let accounts: Vec<Agent> = (CAT..).take(parts as usize).collect();
        let split = accounts.iter().map(|who| bond(*who, amount / parts, ANN));
        let split: Vec<_> = split.chain(offends).collect();
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
            play_all(&mut model, &eras(&params, 1));
            let before: Balance = mine.iter().map(|who| model.wealth(*who)).sum();
            let reporter = SLASHER;
            let report = |operator| Op::Report { operator, era: 1, offence, reporter };
            play_all(&mut model, &each(&mine, &|who| call(SLASHER, 0, report(who))));
            play_all(&mut model, &eras(&params, params.deferral() as usize));
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
        let report = Op::Report { operator: ANN, era: 1, offence, reporter: ANN };
        let lost = loss(model, &[ANN], &[call(SLASHER, 0, report)]);
        prop_assert!(lost > 0, "it loses nothing");
    }

    #[test]
    fn a_slash_is_applied_once(params in params_of_games(), offence in offences()) {
        let mut model = start(params, 5_000, 5_000);
        play_all(&mut model, &[report(ANN, 1, offence)]);
        prop_assert_eq!(play(&mut model, &report(ANN, 1, offence)), Err("AlreadyReported".into()));
        play_all(&mut model, &eras(&params, params.deferral() as usize));
        play_all(&mut model, &[apply_slash(ANN)]);
        prop_assert_eq!(play(&mut model, &apply_slash(ANN)), Err("NoSlash".into()));
    }

    #[test]
    fn a_payout_is_pulled_once(points in 1..1_000u32, others in 1..1_000u32) {
        let mut model = start(params(), 5_000, 5_000);
        play_all(&mut model, &[fund(1_000_000), award(ANN, points), award(DAN, others)]);
        play_all(&mut model, &eras(&params(), 1));
        let pulled = play(&mut model, &payout(ANN));
        prop_assert!(matches!(pulled, Ok(Some(Receipt::PaidOut(_)))), "{pulled:?}");
        prop_assert_eq!(play(&mut model, &payout(ANN)), Err("NothingToPay".into()));
        play_all(&mut model, &[payout(DAN)]);
        prop_assert_eq!(model.db.era(1).payout, 0, "the last one gets what rounding left");
    }
}
