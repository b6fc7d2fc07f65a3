package io.lockstep.cli;

import io.lockstep.api.RangeRequest;
import io.lockstep.api.RangeRequest.SortOrder;
import io.lockstep.api.RangeRequest.SortTarget;
import io.lockstep.api.RangeResponse;
import io.lockstep.cli.output.Format;
import io.lockstep.cli.output.Text;
import io.lockstep.client.Consistency;
import io.lockstep.client.GetOptions;
import io.lockstep.client.KvClient;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "get",
        description = "Reads a key, or a range of keys.",
        footer = {
            "",
            "Examples:",
            "  kv get greeting                        the key and its value",
            "  kv get greeting --print-value-only     only the value",
            "  kv get user/ --prefix --keys-only      all keys that begin with user/",
            "  kv get a c                             keys from a up to, and without, c",
            "  kv get greeting --rev 7 -w json        as it was at revision 7",
            "  kv get greeting --consistency stale    what the asked node has, without a quorum",
            "  kv get greeting --consistency bounded:500ms --show-staleness"
        })
final class GetCommand extends ClientCommand {
    /** Sorting, as etcdctl names it. */
    enum SortBy {
        CREATE(SortTarget.CREATE),
        KEY(SortTarget.KEY),
        MODIFY(SortTarget.MOD),
        VALUE(SortTarget.VALUE),
        VERSION(SortTarget.VERSION);

        private final SortTarget target;

        SortBy(SortTarget target) {
            this.target = target;
        }
    }

    @Parameters(index = "0", paramLabel = "KEY", description = "The key, or where the range begins.")
    String key = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "END",
            description = "Where the range ends; not in it itself.")
    @Nullable
    String end;

    @Mixin
    RangeOptions keys = new RangeOptions();

    @Option(names = "--rev", paramLabel = "N", description = "As of this revision. Default: the newest.")
    long revision;

    @Option(names = "--limit", paramLabel = "N", description = "At most so many keys. Default: all.")
    long limit;

    @Option(names = "--sort-by", paramLabel = "WHAT", description = "CREATE, KEY, MODIFY, VALUE or VERSION.")
    @Nullable
    SortBy sortBy;

    @Option(names = "--order", paramLabel = "ORDER", description = "ASCEND or DESCEND.")
    @Nullable
    SortOrder order;

    @Option(names = "--keys-only", description = "Without values.")
    boolean keysOnly;

    @Option(names = "--count-only", description = "Only how many keys there are.")
    boolean countOnly;

    @Option(names = "--print-value-only", description = "Without keys; only with -w simple.")
    boolean valueOnly;

    @Option(
            names = "--consistency",
            paramLabel = "KIND",
            defaultValue = "linearizable",
            converter = ConsistencyConverter.class,
            description =
                    "linearizable (l): sees every acknowledged write. bounded:500ms: lags no more than that. revision:42:"
                            + " has at least that revision. stale (s): what the asked node has, which may lag. Default:"
                            + " linearizable.")
    Consistency consistency = Consistency.linearizable();

    @Option(
            names = "--show-staleness",
            description = "Say on standard error how stale the answer may be, and how it was served.")
    boolean showStaleness;

    GetCommand(Console console) {
        super(console);
    }

    @Override
    void check() {
        keys.check(key, end);
        if (valueOnly && output.format != Format.simple) {
            throw CommandFailed.usage("--print-value-only is only for -w simple, not "
                    + output.format.name().toLowerCase(Locale.ROOT));
        }
        if (limit < 0) {
            throw CommandFailed.usage("--limit is " + limit + "; it must be 0 (no limit) or more");
        }
    }

    @Override
    int run(KvClient client, Text out) {
        RangeResponse answer = client.sync().range(request());
        if (countOnly && output.format == Format.simple) {
            // etcdctl refuses this and wants -w fields.
            out.line(Long.toString(answer.getCount()));
        } else {
            output.format.printer(output.hex, valueOnly).get(out, answer);
        }
        if (showStaleness) {
            console().note(Asides.staleness(answer.getHeader()));
        }
        return CommandFailed.DONE;
    }

    RangeRequest request() {
        return options().toRequest(Bytes.of(key));
    }

    private GetOptions options() {
        GetOptions options = GetOptions.DEFAULT
                .consistency(consistency)
                .limit(limit)
                .revision(Math.max(0, revision))
                .sort(sortBy == null ? SortTarget.KEY : sortBy.target, order == null ? SortOrder.NONE : order);
        if (keys.prefix) {
            options = options.withPrefix();
        } else if (keys.fromKey) {
            options = options.fromKey();
        } else if (end != null) {
            options = options.range(Bytes.of(end));
        }
        options = keysOnly ? options.keysOnly() : options;
        return countOnly ? options.countOnly() : options;
    }
}
