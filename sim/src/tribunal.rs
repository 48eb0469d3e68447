//! A court that slashes: the oracle, staking, and the verdicts between them.

mod game;
mod menu;
mod scenario;

pub use menu::Game;
pub use scenario::{Audit, Strategy, World};

carrots::composition! {
    /// A court of jurors finds which operators have offended: who is found guilty is slashed.
    composition Tribunal;

    roles {
        /// Brings the random seed of each draw.
        beacon,
        /// Awards points.
        scorer,
        /// Cancels reports until their slash is applied.
        canceller,
        /// Is credited with what nobody earns, and what slashes burn.
        sink,
    }

    parts {
        oracle: crate::oracle::Oracle { beacon = beacon, sink = sink };
        staking: crate::staking::Staking {
            slasher = verdicts, scorer = scorer, sink = sink, canceller = canceller,
        };
        verdicts: crate::verdicts::Verdicts(oracle, staking) { oracle = oracle, staking = staking };
    }
}
