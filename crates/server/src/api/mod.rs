//! The programming interface, `/api/v1`. A handler extracts, makes one call into the core, and replies.

pub(crate) mod body;
pub(crate) mod bulk;
mod care;
pub(crate) mod customers;
mod duplicates;
pub(crate) mod evidence;
pub(crate) mod exports;
pub(crate) mod follow_ups;
pub(crate) mod freezes;
pub(crate) mod handover_record;
pub(crate) mod handovers;
pub(crate) mod imports;
mod inbox;
pub(crate) mod ledger;
mod mail;
pub(crate) mod me;
mod ownership;
mod pool;
pub(crate) mod reviews;
pub(crate) mod rules;
mod seen;
pub(crate) mod sessions;
pub(crate) mod settings;
mod shares;
pub(crate) mod staff;
pub(crate) mod team;
pub(crate) mod trace;
pub(crate) mod work;

use utoipa::{
    Modify, OpenApi,
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::App;
pub(crate) use ledger::decision as decision_name;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Tigertally",
        description = "Sealed customer records, opened for a purpose, each opening in the ledger. \
            Times are Unix milliseconds, money is in fen (1/100 yuan), days are YYYY-MM-DD.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    modifiers(&Bearer),
    security(("bearer" = []))
)]
struct Description;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("The token of POST /sessions"));
        let components = openapi.components.get_or_insert_with(Default::default);
        components.add_security_scheme("bearer", SecurityScheme::Http(scheme.build()));
    }
}

/// The interface with its description.
pub(crate) fn router() -> OpenApiRouter<App> {
    let v1 = OpenApiRouter::new()
        .routes(routes!(sessions::begin, sessions::end, sessions::list))
        .routes(routes!(customers::list, customers::create))
        .routes(routes!(customers::view, customers::change))
        .routes(routes!(customers::search))
        .routes(routes!(customers::reveal))
        .routes(routes!(customers::assign))
        .routes(routes!(shares::share))
        .routes(routes!(shares::end))
        .routes(routes!(reviews::one, reviews::answer))
        .routes(routes!(reviews::list))
        .routes(routes!(reviews::sheet))
        .routes(routes!(duplicates::claim))
        .routes(routes!(pool::list))
        .routes(routes!(pool::claim))
        .routes(routes!(pool::put))
        .routes(routes!(pool::ageing))
        .routes(routes!(bulk::look))
        .routes(routes!(bulk::one))
        .routes(routes!(bulk::run))
        .routes(routes!(bulk::undo))
        .routes(routes!(evidence::make))
        .routes(routes!(evidence::erase))
        .routes(routes!(trace::trace))
        .routes(routes!(inbox::inbox))
        .routes(routes!(work::tasks, work::create_task))
        .routes(routes!(work::close_task))
        .routes(routes!(follow_ups::write))
        .routes(routes!(follow_ups::begin))
        .routes(routes!(follow_ups::end))
        .routes(routes!(follow_ups::attach))
        .routes(routes!(follow_ups::file))
        .routes(routes!(follow_ups::history))
        .routes(routes!(follow_ups::connect))
        .routes(routes!(settings::set_secret))
        .routes(routes!(mail::mailbox))
        .routes(routes!(mail::set_password))
        .routes(routes!(mail::try_it))
        .routes(routes!(work::approvals, work::request_approval))
        .routes(routes!(work::decide_approval))
        .routes(routes!(work::withdraw_approval))
        .routes(routes!(exports::list, exports::ask))
        .routes(routes!(exports::count))
        .routes(routes!(exports::one))
        .routes(routes!(exports::run))
        .routes(routes!(exports::file))
        .routes(routes!(handovers::list, handovers::open))
        .routes(routes!(handovers::one))
        .routes(routes!(handovers::note))
        .routes(routes!(handovers::split))
        .routes(routes!(handovers::given))
        .routes(routes!(handovers::sign))
        .routes(routes!(handovers::ask))
        .routes(routes!(handovers::close))
        .routes(routes!(handovers::cancel))
        .routes(routes!(handover_record::record))
        .routes(routes!(seen::accesses))
        .routes(routes!(ledger::head))
        .routes(routes!(ledger::checkpoint))
        .routes(routes!(ledger::entries))
        .routes(routes!(ledger::entry))
        .routes(routes!(ledger::proof))
        .routes(routes!(ledger::consistency))
        .routes(routes!(ledger::verify))
        .routes(routes!(seen::all))
        .routes(routes!(seen::by_person))
        .routes(routes!(me::own))
        .routes(routes!(me::absence, me::set_absence, me::end_absence))
        .routes(routes!(team::activity))
        .routes(routes!(team::load))
        .routes(routes!(staff::list, staff::add))
        .routes(routes!(staff::change))
        .routes(routes!(staff::invite))
        .routes(routes!(freezes::read, freezes::freeze))
        .routes(routes!(freezes::release))
        .routes(routes!(ownership::read, ownership::change))
        .routes(routes!(ownership::acknowledge))
        .routes(routes!(ownership::acknowledgements))
        .routes(routes!(settings::settings, settings::change_settings))
        .routes(routes!(rules::preview_tiers))
        .routes(routes!(rules::propose_tiers))
        .routes(routes!(rules::policy))
        .routes(routes!(rules::propose_policy))
        .routes(routes!(rules::proposed_policy))
        .routes(routes!(rules::policy_versions))
        .routes(routes!(rules::check_policy))
        .routes(routes!(rules::ask_policy))
        .routes(routes!(imports::import));
    OpenApiRouter::with_openapi(Description::openapi()).nest("/api/v1", v1)
}
