//! A court that slashes: three contracts that call each other, against one model.

mod conformance;
mod generate;
mod still;

use carrots::model::{Agent, Instance, Model, Step};
use carrots_catalogue::tribunal::{Op, Receipt, Tribunal, VERDICTS};
use carrots_catalogue::{oracle, staking, verdicts};
use carrots_logic::oracle::{Db as _, Kind, Outcome};
use carrots_logic::staking::{Db as _, Offence};
use carrots_logic::verdicts::GUILTY;
use carrots_testkit::differential::Pair;
use carrots_testkit::random::{Plan, traces_are_equal};
use carrots_testkit::script::{blocks, call, done, pair};
use generate::{AGENTS, BEACON, PEOPLE, params, salt};

const WALLET: u128 = 10_000_000;

fn wallets() -> Vec<u128> {
    (0..AGENTS).map(|who| if (4..7).contains(&who) { 0 } else { WALLET }).collect()
}

fn refused(pair: &mut Pair<Tribunal>, who: Agent, op: Op) -> String {
    let step = Step::Call { who, value: 0, op, expect: None };
    pair.step(&step).expect("it can be played").expect("both do the same").outcome
}

#[test]
fn the_contracts_do_what_the_model_does() {
    traces_are_equal(&generate::cases(), &Plan { steps: 10_000, trace: 500, successes: 10 });
}

/// An operator offends; a juror charges it, the court finds it guilty, and it loses a part of its bond. The
/// call of one contract is the call, and the event, of two.
#[test]
fn who_is_found_guilty_is_slashed() {
    let params = params();
    let [operator, accuser, one, two, three] = std::array::from_fn(|at| PEOPLE.start + at as Agent);
    let mut pair = pair::<Tribunal>(params, &wallets());
    let register = staking::Op::Register { commission: Default::default() };
    done(&mut pair, &call(operator, 100_000, Op::Staking(register)));
    for juror in [one, two, three] {
        let stake = params.oracle.least_stake();
        done(&mut pair, &call(juror, stake, Op::Oracle(oracle::Op::Stake {})));
    }
    done(&mut pair, &blocks(params.staking.era_blocks));
    done(&mut pair, &call(operator, 0, Op::Staking(staking::Op::EndEra {})));
    let (era, offence) = (1, Offence::Misconduct);
    let text = carrots_logic::verdicts::text(&pair.model.db.verdicts, operator, era, offence);
    let ask = oracle::Op::Ask { kind: Kind::Choice { options: 2 }, text };
    done(&mut pair, &call(accuser, params.oracle.fee_of(3), Op::Oracle(ask)));
    let accuse = verdicts::Op::Accuse { operator, era, offence, question: 0 };
    done(&mut pair, &call(accuser, 0, Op::Verdicts(accuse)));
    assert_eq!(refused(&mut pair, one, Op::Verdicts(accuse)), "verdicts.AlreadyCharged");
    let convict = Op::Verdicts(verdicts::Op::Convict { operator, era, offence });
    assert_eq!(refused(&mut pair, one, convict), "verdicts.NotSettled");
    let report = staking::Op::Report { operator, reporter: one, era, offence };
    assert_eq!(refused(&mut pair, one, Op::Staking(report)), "staking.NotSlasher");

    let now = pair.model.block();
    done(&mut pair, &blocks(params.oracle.draw_window(now).0 - now));
    let draw = oracle::Op::Draw { question: 0, seed: [7; 32] };
    done(&mut pair, &call(BEACON, 0, Op::Oracle(draw)));
    let seat = |index| pair.model.db.oracle.seat_of(0, 0, index);
    let drawn: Vec<Agent> = (0..).map_while(seat).collect();
    for juror in &drawn {
        let commitment = pair.model.db.oracle.seal(*juror, 0, GUILTY, &salt(*juror));
        done(
            &mut pair,
            &call(*juror, 0, Op::Oracle(oracle::Op::Commit { question: 0, commitment })),
        );
    }
    done(&mut pair, &blocks(params.oracle.commit_blocks));
    for juror in &drawn {
        let reveal = oracle::Op::Reveal { question: 0, answer: GUILTY, salt: salt(*juror) };
        done(&mut pair, &call(*juror, 0, Op::Oracle(reveal)));
    }
    done(&mut pair, &blocks(params.oracle.reveal_blocks));
    let tallied = done(&mut pair, &call(one, 0, Op::Oracle(oracle::Op::Tally { question: 0 })));
    assert!(matches!(
        tallied,
        Some(Receipt::Oracle(oracle::Receipt::Tallied(tallied))) if tallied.outcome == Outcome::Answer(GUILTY)
    ));
    done(&mut pair, &blocks(params.oracle.appeal_blocks));
    while params.oracle.drawing(pair.model.block()) {
        done(&mut pair, &blocks(1));
    }
    done(&mut pair, &call(one, 0, Op::Oracle(oracle::Op::Settle { question: 0 })));

    done(&mut pair, &call(three, 0, convict));
    let report = pair.model.db.staking.report_at(operator, 0).expect("it is reported");
    assert_eq!(report.reporter, accuser);
    assert_eq!(refused(&mut pair, three, convict), "verdicts.ReportRefused");
    assert_eq!(pair.model.db.staking.roles().slasher, VERDICTS);

    let state = pair.model.state();
    let again = Instance::<Tribunal>::restore(&state).expect("it is a state");
    assert_eq!(again.state(), state);
    assert_eq!(again.db.held(0), pair.sandbox.held());
}
