/* wording.c: see wording.h. Checked by tests/cli. */
#include "cli/wording.h"

#include "service/service_search.h"

enum status wording_open(struct service *service, const struct arguments *arguments,
                         struct error *error) {
    const char *const *sources;
    const size_t source_count = settings_text_list(arguments->options, "--intent", &sources);
    struct encoder_options options;
    TRY(encoder_options_parse(&options, settings_text(arguments->options, "--encoder"),
                              settings_choice(arguments->options, "--precision"), error));
    return service_search_open(service, &options, sources, source_count, error);
}
