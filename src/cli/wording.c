/* wording.c: see wording.h. Checked by tests/cli. */
#include "cli/wording.h"

#include "service/service_search.h"

/* What the options say. */
struct said {
    struct encoder_options options;
    const char *const *sources;
    size_t source_count;
};

static enum status read_options(struct said *said, const struct arguments *arguments,
                                struct error *error) {
    said->source_count = settings_text_list(arguments->options, "--intent", &said->sources);
    return encoder_options_parse(&said->options, settings_text(arguments->options, "--encoder"),
                                 settings_choice(arguments->options, "--precision"), error);
}

enum status wording_open(struct service *service, const struct arguments *arguments,
                         struct error *error) {
    struct said said;
    TRY(read_options(&said, arguments, error));
    return service_search_open(service, &said.options, said.sources, said.source_count, error);
}

enum status wording_words(struct words **out, const struct arguments *arguments,
                          struct error *error) {
    struct said said;
    TRY(read_options(&said, arguments, error));
    return words_open(out, &said.options, said.sources, said.source_count, error);
}
