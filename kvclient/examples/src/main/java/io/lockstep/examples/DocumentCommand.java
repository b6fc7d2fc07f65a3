package io.lockstep.examples;

import io.lockstep.client.KvClient;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "document",
        description = "A document that several people edit at once: all see every change, and no word is lost.",
        footer = {
            "",
            "Examples:",
            "  kv example document",
            "  kv example document --way blind              what others wrote meanwhile is overwritten",
            "  kv example document --editors 8 --paragraphs 1",
            "  kv example document --seconds 60             time to kill a member meanwhile: kv kill leader"
        })
final class DocumentCommand extends Show {
    private static final int SHOWN_WORDS = 12;

    @Option(
            names = "--way",
            defaultValue = "COMPARE",
            paramLabel = "WAY",
            description = "compare: write only over what one saw. blind: over anything. Default: compare.")
    Document.Way way = Document.Way.COMPARE;

    @Option(names = "--editors", defaultValue = "4", paramLabel = "N", description = "People, 1 to 8. Default: 4.")
    int editors;

    @Option(
            names = "--paragraphs",
            defaultValue = "3",
            paramLabel = "N",
            description = "Edited at the same time: the fewer, the more conflicts. Default: 3.")
    int paragraphs;

    @Override
    boolean run(KvClient client, PrintWriter out) {
        Document.Options options = new Document.Options(way, editors, paragraphs, cluster.time());
        List<KvClient> clients = new ArrayList<>();
        try {
            for (int member = 0; member < client.endpoints().size(); member++) {
                clients.add(cluster.connect(member));
            }
            Document.Result result = Document.run(clients, options);
            print(result, out);
            return way == Document.Way.BLIND || result.holds();
        } finally {
            clients.forEach(KvClient::close);
        }
    }

    private static void print(Document.Result result, PrintWriter out) {
        Table table = new Table("editor", "edits", "conflicts", "changes seen");
        for (Document.Editor editor : result.editors()) {
            table.row(editor.name(), editor.edits(), editor.conflicts(), editor.seen());
        }
        out.print(table);
        out.println("  it begins: " + beginning(result));
        out.printf(
                "  %,d changes of %,d paragraphs in %.1f s; %,d conflicts found and edited once more; %,d calls failed,"
                        + " %,d unknown%n",
                result.changes(),
                result.text().size(),
                result.took().toMillis() / 1e3,
                result.conflicts(),
                result.failed(),
                result.unknown());
        if (result.way() == Document.Way.BLIND) {
            out.println(
                    result.lost() > 0
                            ? "lost: " + result.lost() + " words that were written are gone"
                            : "nothing lost this time, by luck: give it more --editors, or fewer --paragraphs");
            return;
        }
        out.println(Show.verdict(
                result.holds(),
                result.lost() + " words are lost, " + (result.doubled() + result.strange())
                        + " are there that should not be, and " + result.different() + " of "
                        + result.editors().size() + " replicas differ"));
    }

    private static String beginning(Document.Result result) {
        List<String> words = List.of(result.text().get(0).split(" "));
        return String.join(" ", words.subList(0, Math.min(SHOWN_WORDS, words.size()))) + " ...";
    }
}
