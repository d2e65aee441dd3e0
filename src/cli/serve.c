/* serve.c: `matinee serve`: model files answered over HTTP until Ctrl-C. Checked by tests/cli and
 * tests/api. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "api/api.h"
#include "base/log.h"
#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/model_folder.h"
#include "cli/people.h"
#include "cli/serve_learning.h"
#include "cli/served.h"
#include "cli/style.h"
#include "cli/upkeep.h"
#include "cli/wording.h"
#include "http/claim.h"
#include "service/service.h"
#include "store/feedback.h"

/* The store of what people do. One that was not asked for does not keep lists from being served:
 * then nothing is taken down, and whoever sends something is told so. */
static enum status open_store(struct service *service, const struct arguments *arguments,
                              struct error *error) {
    const char *address = command_text(arguments, "--store");
    if (address)
        return service_open_store(service, address, error);
    const enum status status =
        service_open_store(service, feedback_default(arguments->arena), error);
    if (status != STATUS_IO)
        return status;
    log_warning("what people do is not kept: %s", error->text);
    return STATUS_OK;
}

static void say_ready(const char *url) {
    const struct style *style = style_of(stdout);
    printf("Serving at %s%s%s (Ctrl-C ends it)\n", style->bold, url, style->off);
    fflush(stdout);
}

static enum status serve(struct served *served, struct upkeep *upkeep,
                         const struct arguments *arguments, struct error *error) {
    const struct settings *given = arguments->options;
    const char *default_model = command_text(arguments, "--default-model");
    const char *const *origins;
    if (settings_choice(given, "--log-format") == 1)
        log_as_json();
    const struct claim_wanted wanted = {.host = settings_text(given, "--host"),
                                        .port = (unsigned)settings_int(given, "--port"),
                                        .certificate = command_text(arguments, "--certificate"),
                                        .key_file = command_text(arguments, "--key-file"),
                                        .user = command_text(arguments, "--user")};
    struct claim claim;
    /* Who gives root's rights up does so before the store is opened: it is to be the user's. */
    if (wanted.user)
        TRY(claim_take(&claim, &wanted, error));
    upkeep_begin(upkeep);
    TRY(served_load(served, arguments, error));
    TRY(open_store(served->service, arguments, error));
    TRY(upkeep_open_keys(upkeep, arguments, error));
    if (default_model)
        TRY(service_set_default(served->service, default_model, error));
    TRY(served_prepare(served, arguments, error));
    TRY(serve_learning_begin(served->service, arguments, error));
    const size_t origin_count = settings_text_list(given, "--cors-origin", &origins);
    const struct api_options options = {
        .host = wanted.host,
        .port = wanted.port,
        .top_k = (unsigned)settings_int(given, "--top-k"),
        .tiers = settings_bool(given, "--tiers"),
        .tmdb_posters = strcmp(settings_text(given, "--posters"), "tmdb") == 0,
        .cors_origins = origin_count ? origins : NULL,
        .cors_origin_count = origin_count,
        .connections_max = (unsigned)settings_int(given, "--max-connections"),
        .peer_connections_max = (unsigned)settings_int(given, "--max-peer-connections"),
        .body_bytes_max = (size_t)settings_int(given, "--max-body"),
        .file_bytes_max = (size_t)settings_int(given, "--max-import"),
        .total_timeout_seconds = (unsigned)settings_int(given, "--timeout"),
        .keyring = upkeep->keyring,
        .keys = upkeep->keys,
        .keys_to_read = settings_bool(given, "--require-keys"),
        .rate = settings_real(given, "--rate"),
        .burst = settings_real(given, "--burst"),
        .is_behind_proxy = settings_bool(given, "--behind-proxy"),
        .log = (enum api_log)settings_choice(given, "--log-level"),
        .log_json = settings_choice(given, "--log-format") == 1,
        .certificate = wanted.certificate,
        .key_file = wanted.key_file,
        .claim = wanted.user ? &claim : NULL,
        .tick = upkeep_tick,
        .tick_context = upkeep,
    };
    return api_serve(served->service, &options, say_ready, interrupt_flag(), error);
}

static enum status run(const struct arguments *arguments, struct error *error) {
    signal(SIGPIPE, SIG_IGN); /* a client that goes away is no reason to end */
    struct service *service = NULL;
    TRY(service_create(&service, error));
    struct served *served = ARENA_NEW(arguments->arena, struct served);
    struct upkeep upkeep = {.served = served};
    served->service = service;
    const enum status status = serve(served, &upkeep, arguments, error);
    served_end(served);
    upkeep_end(&upkeep);
    service_destroy(service);
    return status;
}

static const struct command_operand operands[] = {
    {"FILE", "model files, or models:/NAME/VERSION; without one the newest of the data folder",
     WORD_FILE, NULL},
    {NULL, NULL, WORD_NONE, NULL},
};

static const struct command_option options[] = {
    {{"--model-dir", SETTING_TEXT, "", 0, 0, NULL, NULL, "serve every model file of a folder"},
     "DIR",
     "MODEL_DIR",
     WORD_FOLDER},
    {{"--data", SETTING_TEXT, "", 0, 0, NULL, NULL, "without FILE: the newest model of this data"},
     "NAME",
     NULL,
     WORD_DATA},
    {{"--host", SETTING_TEXT, "127.0.0.1", 0, 0, NULL, NULL, "address to listen on"},
     "ADDRESS",
     NULL,
     WORD_NONE},
    {{"--port", SETTING_INT, "8080", 0, 65535, NULL, NULL, "port to listen on; 0 is any free one"},
     "N",
     NULL,
     WORD_NONE},
    {{"--default-model", SETTING_TEXT, "", 0, 0, NULL, NULL,
      "which model answers when none is named"},
     "NAME",
     "DEFAULT_MODEL",
     WORD_MODEL},
    {{"--top-k", SETTING_INT, "10", 1, SERVICE_TOP_K_MAX, NULL, "--top_k",
      "films of an answer that does not say"},
     "N",
     "TOP_K",
     WORD_NONE},
    {{"--tiers", SETTING_BOOL, "true", 0, 0, NULL, NULL,
      "popularity has a say in lists for who has rated fewer than 10 films"},
     NULL,
     NULL,
     WORD_NONE},
    {{"--posters", SETTING_TEXT, "drawn", 0, 0, "drawn|tmdb", NULL,
      "tmdb: the page may fetch posters from TMDb for whoever gives it a key of their own"},
     "WHOSE",
     NULL,
     WORD_NONE},
    {{"--store", SETTING_TEXT, "", 0, 0, NULL, NULL,
      "where what people do is kept: a file, postgresql://..., or none: in memory"},
     "STORE",
     "MATINEE_PEOPLE",
     WORD_FILE},
    {{"--cors-origin", SETTING_TEXT_LIST, "", 0, 0, NULL, NULL,
      "whose pages may call from a browser; * is any"},
     "ORIGIN",
     NULL,
     WORD_NONE},
    SERVE_LEARNING_OPTIONS,
    WORDING_OPTIONS,
    PEOPLE_KEYS_OPTION,
    {{"--require-keys", SETTING_BOOL, "false", 0, 0, NULL, NULL,
      "where there are keys: reading takes one too"},
     NULL,
     NULL,
     WORD_NONE},
    {{"--insecure", SETTING_BOOL, "false", 0, 0, NULL, NULL, "let others in without any key"},
     NULL,
     NULL,
     WORD_NONE},
    {{"--rate", SETTING_REAL, "0", 0, 1e6, NULL, NULL,
      "requests a second of each key or address; 0: no limit"},
     "N",
     NULL,
     WORD_NONE},
    {{"--burst", SETTING_REAL, "0", 0, 1e6, NULL, NULL, "how many at once; 0: twice the rate"},
     "N",
     NULL,
     WORD_NONE},
    {{"--behind-proxy", SETTING_BOOL, "false", 0, 0, NULL, NULL,
      "--rate counts the addresses that X-Forwarded-For ends with; all requests come by a proxy"},
     NULL,
     NULL,
     WORD_NONE},
    {{"--max-connections", SETTING_INT, "1000", 1, 100000, NULL, NULL, "connections at a time"},
     "N",
     NULL,
     WORD_NONE},
    {{"--max-peer-connections", SETTING_INT, "64", 0, 100000, NULL, NULL,
      "of one address but 127.0.0.1, at a time; 0: any number"},
     "N",
     NULL,
     WORD_NONE},
    {{"--max-body", SETTING_INT, "1048576", 1024, 1073741824, NULL, NULL,
      "bytes of a request's body"},
     "BYTES",
     NULL,
     WORD_NONE},
    {{"--max-import", SETTING_INT, "268435456", 1024, 1099511627776, NULL, NULL,
      "bytes of a file that is imported over HTTP"},
     "BYTES",
     NULL,
     WORD_NONE},
    {{"--timeout", SETTING_INT, "30", 1, 3600, NULL, NULL,
      "seconds that one request may take in all"},
     "SECONDS",
     NULL,
     WORD_NONE},
    {{"--log-level", SETTING_TEXT, "info", 0, 0, "none|error|warning|info", NULL,
      "which requests get a line: 5xx, 4xx too, all"},
     "LEVEL",
     NULL,
     WORD_CHOICE},
    {{"--log-format", SETTING_TEXT, "text", 0, 0, "text|json", NULL, "how the lines look"},
     "FORMAT",
     NULL,
     WORD_CHOICE},
    {{"--certificate", SETTING_TEXT, "", 0, 0, NULL, NULL,
      "serve HTTPS with this certificate (PEM)"},
     "FILE",
     NULL,
     WORD_FILE},
    {{"--key-file", SETTING_TEXT, "", 0, 0, NULL, NULL, "the certificate's private key (PEM)"},
     "FILE",
     NULL,
     WORD_FILE},
    {{"--user", SETTING_TEXT, "", 0, 0, NULL, NULL,
      "started by root: become this user once the port is open, before the store is"},
     "NAME",
     NULL,
     WORD_NONE},
    MODEL_FOLDER_OPTION,
    {{NULL, SETTING_INT, NULL, 0, 0, NULL, NULL, NULL}, NULL, NULL, WORD_NONE},
};

static const struct command_example examples[] = {
    {"matinee serve", "The newest model, at http://127.0.0.1:8080/."},
    {"matinee serve knn.safetensors neumf.safetensors --default-model neumf --port 9000",
     "Two models; requests choose with model=NAME."},
    {"matinee serve als.safetensors --update-after 100 --retrain-every 6h",
     "A model that learns what people do, and is only replaced by one that is not worse."},
    {"matinee serve models:/evening/latest --tracking-uri http://127.0.0.1:5000",
     "The newest version of MLflow's registry; /3 is the third, @best an alias."},
    {"matinee serve --host 0.0.0.0 --require-keys --certificate site.pem --key-file site.key",
     "For others, with keys and HTTPS."},
    {NULL, NULL},
};

const struct command serve_command = {
    .name = "serve",
    .summary = "answer over HTTP",
    .usage = "[FILE ...] [OPTIONS]\n--model-dir DIR [OPTIONS]",
    .about = "Loads model files and answers requests until Ctrl-C; / lists the addresses. SIGHUP "
             "reads the model files again without a request lost; SIGTERM lets running requests "
             "end, within five seconds.",
    .operand_repeats = true,
    .operands = operands,
    .options = options,
    .examples = examples,
    .run = run,
};
