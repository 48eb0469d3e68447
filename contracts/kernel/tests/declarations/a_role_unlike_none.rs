//! A role has to differ from one that there is not.

use carrots_kernel::records;

carrots_kernel::mechanism! {
    /// a till
    mechanism Till;

    params {
        /// what is paid in at least
        least: Balance, "tokens", >= 1;
    }

    roles {
        /// Is credited.
        owner != keeper,
        /// Keeps it.
        keeper,
    }

    storage {
        /// what is in it
        state: State;

    }

    messages {
        /// pay in
        pay_in(value) => PaidIn;
    }

    errors {
        /// there is nothing
        Nothing,
    }
}

records! {
    /// What is in it.
    #[derive(Default)]
    pub struct State {
        /// Tokens.
        pub tokens: Balance,
    }

    /// What came in.
    pub struct PaidIn {
        /// Tokens.
        pub tokens: Balance,
    }
}

/// Pays in.
pub fn pay_in<D: Db>(db: &mut D, value: Balance) -> Result<PaidIn, Error> {
    db.set_state(State { tokens: value });
    Ok(PaidIn { tokens: value })
}

fn main() {}
