//! The contract: the rules, enforced on-chain.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

carrots_shell::contract!(OWN_logic::mine);
