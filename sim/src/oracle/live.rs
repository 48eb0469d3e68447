//! The oracle as it stands: how accounts that are there already go on.

use super::{BEACON, Op, Oracle, Strategy};
use carrots::model::{Agent, Instance};
use carrots_logic::oracle::{Block, Db, Params, Status};

/// Jurors are honest.
pub fn habit(instance: &Instance<Oracle>, who: Agent) -> Option<Strategy> {
    (instance.db.juror(who).leaf > 0).then_some(Strategy::Honest)
}

/// Who has staked can be drawn, or could be under other parameters.
pub fn fits(instance: &Instance<Oracle>, who: Agent, _: Strategy) -> Result<(), &'static str> {
    match instance.db.juror(who).stake {
        0 => Err("no strategy: it has staked nothing"),
        _ => Ok(()),
    }
}

/// All questions are settled. No jury is drawn for them, and what was not revealed is not,
/// since nobody knows it.
pub fn conclude(instance: &mut Instance<Oracle>) {
    let questions: Vec<u64> = instance.db.questions.iter().map(|(number, _)| *number).collect();
    for number in questions {
        while let Some((over, op)) = ending(&instance.db, number) {
            let now = stakes_change(&instance.db.params(), instance.block().max(over));
            instance.set_block(now);
            if instance.apply(BEACON, 0, op).is_err() {
                break;
            }
        }
    }
}

/// What brings a question nearer to its end if nobody else does anything, and the block from which
/// on anyone can call it; nothing for one that is settled.
pub fn ending(db: &Oracle, question: u64) -> Option<(Block, Op)> {
    let (params, record) = (db.params(), db.question(question)?);
    let after = |blocks| record.since.saturating_add(blocks);
    Some(match record.status {
        Status::Drawing => (params.draw_window(record.since).1, Op::Expire { question }),
        Status::Voting => {
            (after(params.commit_blocks + params.reveal_blocks), Op::Tally { question })
        }
        Status::Tallied => (after(params.appeal_blocks), Op::Settle { question }),
        Status::Settled => return None,
    })
}

/// The first block from one on in which stakes can change.
pub fn stakes_change(params: &Params, block: Block) -> Block {
    let cycle = params.stake_blocks + params.draw_blocks;
    match params.drawing(block) {
        true => block.saturating_add(cycle - block % cycle),
        false => block,
    }
}
