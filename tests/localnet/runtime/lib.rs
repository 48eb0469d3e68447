//! The runtime of the local contracts chain: balances, fees and `pallet-contracts`, no consensus.
//!
//! Its numbers are a usual contracts chain's: a token of 12 decimals, deposits and fees that are
//! felt, the pallets' own weights. Only the block holds more than elsewhere (see `block_weights`).

#![no_std]

extern crate alloc;

use alloc::{vec, vec::Vec};
use frame_support::derive_impl;
use frame_support::dispatch::DispatchClass;
use frame_support::genesis_builder_helper::{build_state, get_preset};
use frame_support::parameter_types;
use frame_support::traits::{ConstBool, ConstU8, ConstU16, ConstU32, ConstU64, ConstU128};
use frame_support::weights::constants::{
    ExtrinsicBaseWeight, RocksDbWeight, WEIGHT_REF_TIME_PER_SECOND,
};
use frame_support::weights::{IdentityFee, Weight};
use frame_system::limits::BlockWeights;
use pallet_contracts::Determinism;
use pallet_transaction_payment::{
    ConstFeeMultiplier, FeeDetails, FungibleAdapter, Multiplier, RuntimeDispatchInfo,
};
use sp_core::OpaqueMetadata;
use sp_runtime::traits::{BlakeTwo256, IdentifyAccount, Verify};
use sp_runtime::transaction_validity::{TransactionSource, TransactionValidity};
use sp_runtime::{ApplyExtrinsicResult, ExtrinsicInclusionMode, MultiAddress, MultiSignature};
use sp_runtime::{create_runtime_str, generic};
use sp_version::{RuntimeVersion, runtime_version};

type AccountId = <<MultiSignature as Verify>::Signer as IdentifyAccount>::AccountId;
/// In 10^-12 of a token.
type Balance = u128;
type BlockNumber = u32;
type Nonce = u32;
type Hash = sp_core::H256;

type SignedExtra = (
    frame_system::CheckNonZeroSender<Runtime>,
    frame_system::CheckSpecVersion<Runtime>,
    frame_system::CheckTxVersion<Runtime>,
    frame_system::CheckGenesis<Runtime>,
    frame_system::CheckMortality<Runtime>,
    frame_system::CheckNonce<Runtime>,
    frame_system::CheckWeight<Runtime>,
    pallet_transaction_payment::ChargeTransactionPayment<Runtime>,
);
type Header = generic::Header<BlockNumber, BlakeTwo256>;
type UncheckedExtrinsic = generic::UncheckedExtrinsic<
    MultiAddress<AccountId, ()>,
    RuntimeCall,
    MultiSignature,
    SignedExtra,
>;
type Block = generic::Block<Header, UncheckedExtrinsic>;
type Executive = frame_executive::Executive<
    Runtime,
    Block,
    frame_system::ChainContext<Runtime>,
    Runtime,
    AllPalletsWithSystem,
>;

const TOKEN: Balance = 1_000_000_000_000;
const BLOCK_TIME_MS: u64 = 6_000;

#[runtime_version]
pub const VERSION: RuntimeVersion = RuntimeVersion {
    spec_name: create_runtime_str!("carrots-localnet"),
    impl_name: create_runtime_str!("carrots-localnet"),
    authoring_version: 1,
    spec_version: 1,
    impl_version: 1,
    apis: RUNTIME_API_VERSIONS,
    transaction_version: 1,
    state_version: 1,
};

#[frame_support::runtime]
mod runtime {
    #[runtime::runtime]
    #[runtime::derive(
        RuntimeCall,
        RuntimeEvent,
        RuntimeError,
        RuntimeOrigin,
        RuntimeFreezeReason,
        RuntimeHoldReason,
        RuntimeSlashReason,
        RuntimeLockId,
        RuntimeTask
    )]
    pub struct Runtime;

    #[runtime::pallet_index(0)]
    pub type System = frame_system;
    #[runtime::pallet_index(1)]
    pub type Timestamp = pallet_timestamp;
    #[runtime::pallet_index(2)]
    pub type Balances = pallet_balances;
    #[runtime::pallet_index(3)]
    pub type TransactionPayment = pallet_transaction_payment;
    #[runtime::pallet_index(4)]
    pub type Contracts = pallet_contracts;
}

/// A transaction is bounded as on a chain that computes for 2 s per block. The block itself holds
/// far more: time is not scarce here, and whoever makes blocks by hand wants many calls in one.
fn block_weights() -> BlockWeights {
    let second = Weight::from_parts(WEIGHT_REF_TIME_PER_SECOND, u64::MAX / 1_000);
    BlockWeights::builder()
        .for_class(DispatchClass::non_mandatory(), |class| {
            class.base_extrinsic = ExtrinsicBaseWeight::get();
            class.max_extrinsic = Some(second.saturating_mul(13) / 10);
            class.max_total = Some(second.saturating_mul(60));
        })
        .for_class(DispatchClass::Mandatory, |class| {
            class.base_extrinsic = ExtrinsicBaseWeight::get();
        })
        .build_or_panic()
}

/// What an account puts aside for `items` storage items of `bytes` bytes together.
const fn deposit(items: u32, bytes: u32) -> Balance {
    items as Balance * TOKEN / 10 + bytes as Balance * TOKEN / 200_000
}

parameter_types! {
    pub const FeeMultiplier: Multiplier = Multiplier::from_u32(1);
    pub const Version: RuntimeVersion = VERSION;
    pub Weights: BlockWeights = block_weights();
    pub Schedule: pallet_contracts::Schedule<Runtime> = Default::default();
}

#[derive_impl(frame_system::config_preludes::SolochainDefaultConfig)]
impl frame_system::Config for Runtime {
    type AccountData = pallet_balances::AccountData<Balance>;
    type Block = Block;
    type BlockHashCount = ConstU32<2400>;
    type BlockWeights = Weights;
    type DbWeight = RocksDbWeight;
    type SS58Prefix = ConstU16<42>;
    type SystemWeightInfo = frame_system::weights::SubstrateWeight<Runtime>;
    type Version = Version;
}

#[derive_impl(pallet_timestamp::config_preludes::TestDefaultConfig)]
impl pallet_timestamp::Config for Runtime {
    type MinimumPeriod = ConstU64<{ BLOCK_TIME_MS / 2 }>;
    type WeightInfo = pallet_timestamp::weights::SubstrateWeight<Runtime>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Runtime {
    type AccountStore = System;
    type Balance = Balance;
    type ExistentialDeposit = ConstU128<{ TOKEN / 1_000 }>;
    type WeightInfo = pallet_balances::weights::SubstrateWeight<Runtime>;
}

#[derive_impl(pallet_transaction_payment::config_preludes::TestDefaultConfig)]
impl pallet_transaction_payment::Config for Runtime {
    type FeeMultiplierUpdate = ConstFeeMultiplier<FeeMultiplier>;
    type LengthToFee = IdentityFee<Balance>;
    type OnChargeTransaction = FungibleAdapter<Balances, ()>;
    type OperationalFeeMultiplier = ConstU8<5>;
    type WeightToFee = IdentityFee<Balance>;
}

#[derive_impl(pallet_contracts::config_preludes::TestDefaultConfig)]
impl pallet_contracts::Config for Runtime {
    type CallStack = [pallet_contracts::Frame<Self>; 23];
    type Currency = Balances;
    type DefaultDepositLimit = ConstU128<{ deposit(1024, 1024 * 1024) }>;
    type DepositPerByte = ConstU128<{ deposit(0, 1) }>;
    type DepositPerItem = ConstU128<{ deposit(1, 0) }>;
    type InstantiateOrigin = frame_system::EnsureSigned<AccountId>;
    type MaxCodeLen = ConstU32<{ 123 * 1024 }>;
    type Schedule = Schedule;
    type Time = Timestamp;
    type UnsafeUnstableInterface = ConstBool<false>;
    type UploadOrigin = frame_system::EnsureSigned<AccountId>;
    type WeightInfo = pallet_contracts::weights::SubstrateWeight<Runtime>;
    type WeightPrice = TransactionPayment;
}

type EventRecord = frame_system::EventRecord<RuntimeEvent, Hash>;

sp_api::impl_runtime_apis! {
    impl sp_api::Core<Block> for Runtime {
        fn version() -> RuntimeVersion {
            VERSION
        }
        fn execute_block(block: Block) {
            Executive::execute_block(block)
        }
        fn initialize_block(header: &Header) -> ExtrinsicInclusionMode {
            Executive::initialize_block(header)
        }
    }

    impl sp_api::Metadata<Block> for Runtime {
        fn metadata() -> OpaqueMetadata {
            OpaqueMetadata::new(Runtime::metadata().into())
        }
        fn metadata_at_version(version: u32) -> Option<OpaqueMetadata> {
            Runtime::metadata_at_version(version)
        }
        fn metadata_versions() -> Vec<u32> {
            Runtime::metadata_versions()
        }
    }

    impl sp_block_builder::BlockBuilder<Block> for Runtime {
        fn apply_extrinsic(extrinsic: UncheckedExtrinsic) -> ApplyExtrinsicResult {
            Executive::apply_extrinsic(extrinsic)
        }
        fn finalize_block() -> Header {
            Executive::finalize_block()
        }
        fn inherent_extrinsics(data: sp_inherents::InherentData) -> Vec<UncheckedExtrinsic> {
            data.create_extrinsics()
        }
        fn check_inherents(
            block: Block,
            data: sp_inherents::InherentData,
        ) -> sp_inherents::CheckInherentsResult {
            data.check_extrinsics(&block)
        }
    }

    impl sp_transaction_pool::runtime_api::TaggedTransactionQueue<Block> for Runtime {
        fn validate_transaction(
            source: TransactionSource,
            extrinsic: UncheckedExtrinsic,
            block_hash: Hash,
        ) -> TransactionValidity {
            Executive::validate_transaction(source, extrinsic, block_hash)
        }
    }

    impl frame_system_rpc_runtime_api::AccountNonceApi<Block, AccountId, Nonce> for Runtime {
        fn account_nonce(account: AccountId) -> Nonce {
            System::account_nonce(account)
        }
    }

    impl pallet_transaction_payment_rpc_runtime_api::TransactionPaymentApi<Block, Balance> for Runtime {
        fn query_info(extrinsic: UncheckedExtrinsic, len: u32) -> RuntimeDispatchInfo<Balance> {
            TransactionPayment::query_info(extrinsic, len)
        }
        fn query_fee_details(extrinsic: UncheckedExtrinsic, len: u32) -> FeeDetails<Balance> {
            TransactionPayment::query_fee_details(extrinsic, len)
        }
        fn query_weight_to_fee(weight: Weight) -> Balance {
            TransactionPayment::weight_to_fee(weight)
        }
        fn query_length_to_fee(length: u32) -> Balance {
            TransactionPayment::length_to_fee(length)
        }
    }

    impl pallet_contracts::ContractsApi<Block, AccountId, Balance, BlockNumber, Hash, EventRecord>
        for Runtime
    {
        fn call(
            origin: AccountId,
            dest: AccountId,
            value: Balance,
            gas_limit: Option<Weight>,
            storage_deposit_limit: Option<Balance>,
            input_data: Vec<u8>,
        ) -> pallet_contracts::ContractExecResult<Balance, EventRecord> {
            Contracts::bare_call(
                origin,
                dest,
                value,
                gas_limit.unwrap_or(dry_run_weight()),
                storage_deposit_limit,
                input_data,
                pallet_contracts::DebugInfo::UnsafeDebug,
                pallet_contracts::CollectEvents::UnsafeCollect,
                Determinism::Enforced,
            )
        }
        fn instantiate(
            origin: AccountId,
            value: Balance,
            gas_limit: Option<Weight>,
            storage_deposit_limit: Option<Balance>,
            code: pallet_contracts::Code<Hash>,
            data: Vec<u8>,
            salt: Vec<u8>,
        ) -> pallet_contracts::ContractInstantiateResult<AccountId, Balance, EventRecord> {
            Contracts::bare_instantiate(
                origin,
                value,
                gas_limit.unwrap_or(dry_run_weight()),
                storage_deposit_limit,
                code,
                data,
                salt,
                pallet_contracts::DebugInfo::UnsafeDebug,
                pallet_contracts::CollectEvents::UnsafeCollect,
            )
        }
        fn upload_code(
            origin: AccountId,
            code: Vec<u8>,
            storage_deposit_limit: Option<Balance>,
            determinism: Determinism,
        ) -> pallet_contracts::CodeUploadResult<Hash, Balance> {
            Contracts::bare_upload_code(origin, code, storage_deposit_limit, determinism)
        }
        fn get_storage(address: AccountId, key: Vec<u8>) -> pallet_contracts::GetStorageResult {
            Contracts::get_storage(address, key)
        }
    }

    impl sp_genesis_builder::GenesisBuilder<Block> for Runtime {
        fn build_state(config: Vec<u8>) -> sp_genesis_builder::Result {
            build_state::<RuntimeGenesisConfig>(config)
        }
        fn get_preset(id: &Option<sp_genesis_builder::PresetId>) -> Option<Vec<u8>> {
            get_preset::<RuntimeGenesisConfig>(id, |_| None)
        }
        fn preset_names() -> Vec<sp_genesis_builder::PresetId> {
            vec![]
        }
    }
}

/// What a dry run without a limit may use: as much as one transaction.
fn dry_run_weight() -> Weight {
    Weights::get().get(DispatchClass::Normal).max_extrinsic.unwrap_or(Weight::MAX)
}
