package io.lockstep.node.compat;

import io.lockstep.node.compat.Etcdctl.Command;
import java.util.ArrayList;
import java.util.List;

/**
 * Every flag of etcdctl's key commands, alone and in the combinations that mean something, and every output format. One
 * command a line, in the order in which they are sent; "-w *" stands for each format, '' for an empty argument. What a
 * version of etcdctl does not know is an error of its own, alike for both servers.
 */
final class EtcdctlScript {
    private static final List<String> FORMATS = List.of("simple", "json", "fields", "table");

    /** Before the first compaction: etcd's compact revision is -1 then. */
    private static final String NEW_STORE = """
            endpoint hashkv -w *
            endpoint status -w *
            get '' --prefix -w *
            del a -w *
            compaction 1
            """;

    private static final String PUT = """
            put a value-of-a
            put aa value-of-aa -w json
            put ab value-of-ab -w fields
            put b value-of-b -w table
            put c value-of-c -w simple
            put a 2 --prev-kv
            put a 2 --prev-kv -w *
            put a --ignore-value -w *
            put a --ignore-value --prev-kv -w *
            put a 3 --ignore-lease -w *
            put a 3 --ignore-lease --prev-kv --hex
            put a 3 --prev-kv --hex -w *
            put a --ignore-value --ignore-lease --prev-kv -w json
            put new 1 --prev-kv -w *
            put absent 1 --ignore-lease
            put absent --ignore-value
            put a 4 --ignore-value
            put b 2 --lease 1234
            put b 2 --lease 0
            put b 2 --lease nonsense
            put b 2 --lease 1234 --ignore-lease
            put '' x
            put a
            put
            put -- -key -value
            """;

    private static final String GET = """
            get a -w *
            get a --hex -w *
            get a --prefix -w *
            get a --prefix --hex -w *
            get missing -w *
            get '' --prefix
            get '' --from-key -w json
            get ''
            get
            get a b -w *
            get a ac
            get b a
            get a --from-key -w *
            get b --from-key --limit 1
            get a b --prefix
            get a b --from-key
            get a --prefix --from-key
            get a --prefix --limit 2 -w *
            get a --prefix --limit 100 -w json
            get a --prefix --limit 0
            get a --prefix --limit -1
            get a --keys-only -w *
            get a --prefix --keys-only -w *
            get a --prefix --keys-only --hex
            get a --count-only -w *
            get a --prefix --count-only -w *
            get a --prefix --count-only --limit 1 -w json
            get a --prefix --count-only --keys-only
            get a --print-value-only
            get a --prefix --print-value-only
            get a --prefix --print-value-only --hex
            get a --print-value-only -w *
            get a --print-value-only --keys-only
            get a --consistency s -w *
            get a --consistency l -w *
            get a --consistency x
            get a --rev 2 -w *
            get a --prefix --rev 4 -w *
            get a --prefix --rev 4 --count-only -w json
            get a --rev 1
            get a --rev 1000 -w *
            get a --rev -1
            get a --rev 3 --consistency s
            get a --order ASCEND
            get a --prefix --order DESCEND
            get a --prefix --order x
            get a --prefix --sort-by x
            get a --prefix --sort-by VERSION
            """;

    private static final List<String> SORT_TARGETS = List.of("CREATE", "KEY", "MODIFY", "VALUE", "VERSION");

    private static final String ENDPOINTS = """
            endpoint status -w *
            endpoint status --cluster -w *
            endpoint status --hex
            endpoint health -w *
            endpoint health --cluster -w *
            endpoint hashkv -w *
            endpoint hashkv --cluster -w *
            endpoint hashkv --rev 4 -w *
            endpoint hashkv --rev 1000 -w *
            endpoint hashkv --rev -1
            member list -w *
            member list --hex -w *
            member list --consistency s
            """;

    private static final String DELETE = """
            del a --prev-kv
            put a 1
            del a --prev-kv -w json
            put a 1
            del a --prev-kv -w fields
            put a 1
            del a --prev-kv --hex -w *
            del missing -w *
            del missing --prev-kv -w *
            del b c -w json
            put b 1
            del b c --range --prev-kv
            del b --range
            del c a
            del a b --prefix
            del a b --from-key
            del a --prefix --from-key
            put a 1
            put ab 1
            del a --prefix --prev-kv -w fields
            put a 1
            put ab 1
            del a --prefix -w simple
            put q 1
            put r 2
            del q --from-key --prev-kv -w json
            put q 1
            del q --from-key
            del ''
            del
            put a 1
            put b 1
            del '' --prefix --prev-kv
            put a 1
            """;

    /** No hash at a revision that was compacted to: etcd 3.5 answers those from memory even when they are gone. */
    private static final String COMPACTION = """
            compaction 5
            compaction 5
            compaction 3
            compaction 0
            compaction -- -1
            compaction 1000
            compaction 1000 --physical
            compaction 6 --physical
            compaction 7 -w json
            compaction 8 -w fields
            compaction 9 -w table
            compaction
            compaction x
            get a --rev 8
            get a --prefix --rev 8 -w *
            get a --prefix --rev 9 -w *
            get a --prefix --rev 10 -w *
            endpoint hashkv --rev 4 -w *
            endpoint hashkv --rev 10 -w *
            endpoint status -w *
            """;

    /** LEASE is the one that was granted last. Those that nobody revokes are left lying, so the list comes first. */
    private static final String LEASES = """
            lease list -w *
            lease grant 600
            lease list -w *
            put leased 1 --lease LEASE
            get leased -w json
            get leased -w fields
            lease timetolive LEASE -w *
            lease timetolive LEASE --keys -w *
            lease timetolive LEASE --keys --hex
            lease keep-alive LEASE --once
            lease keep-alive LEASE --once -w *
            lease revoke LEASE
            lease revoke LEASE -w *
            get leased -w *
            lease timetolive LEASE -w *
            lease timetolive LEASE --keys -w *
            lease keep-alive LEASE --once
            lease keep-alive LEASE
            lease grant 600 -w simple
            put leased 1 --lease LEASE
            put leased 2 --ignore-lease
            lease timetolive LEASE --keys
            put leased 3
            lease timetolive LEASE --keys
            lease revoke LEASE -w json
            get leased --print-value-only
            lease grant 600
            lease revoke LEASE -w fields
            lease grant 600
            lease revoke LEASE -w table
            lease revoke 1234
            lease revoke zz
            lease revoke
            lease timetolive 1234 -w *
            lease timetolive
            lease keep-alive zz
            lease keep-alive
            lease grant x
            lease grant
            lease grant 9000000001
            lease grant 600 -w *
            lease grant 1
            lease grant 0
            lease grant -- -5
            lease list -w nonsense
            lock script echo held
            lock script --ttl 5 echo held again
            lock script false
            get script --prefix
            elect
            elect name
            lock
            """;

    private static final String MAINTENANCE = """
            alarm list -w *
            alarm disarm
            alarm disarm -w json
            alarm list --nonsense
            alarm
            defrag --cluster --nonsense
            move-leader
            move-leader nonsense
            move-leader 1
            move-leader 0 1
            """;

    /** Last, since it turns auth on; etcdctl asks for passwords that it was not given. */
    private static final String AUTH = """
            user add root:rootpw
            user add ann:annpw
            user add ann:annpw
            user add
            user get ann -w *
            user get nobody
            role add jobs
            role add jobs
            role grant-permission jobs readwrite jobs/ --prefix
            role grant-permission jobs read a b -w json
            role grant-permission jobs nonsense a
            role grant-permission nobody read a
            role get jobs -w *
            role get nobody
            role list -w json
            user grant-role ann jobs -w json
            user grant-role ann nobody
            auth enable
            user grant-role root root
            auth enable
            get jobs/1
            put jobs/1 x --user ann:annpw
            get jobs/ --prefix --user ann:annpw
            get jobs/ --from-key --user ann:annpw
            get a b --user ann:annpw --print-value-only
            put a x --user ann:annpw
            del jobs/1 --prev-kv --user ann:annpw -w json
            get jobs/1 --user ann:wrong
            get jobs/1 --user nobody:annpw
            get jobs/1 --user ann --password annpw
            lease grant 60 --user ann:annpw
            lease timetolive LEASE --user ann:annpw
            member list --user ann:annpw
            user list --user ann:annpw
            user get ann --user ann:annpw
            user get root --user ann:annpw
            role get jobs --user ann:annpw
            role revoke-permission jobs jobs/ --prefix --user root:rootpw
            get jobs/1 --user ann:annpw
            user revoke-role ann jobs --user root:rootpw
            get a --user ann:annpw
            user list -w json --user root:rootpw
            user delete ann --user root:rootpw
            get a --user ann:annpw
            role delete jobs --user root:rootpw
            role list --user root:rootpw
            endpoint status --user root:rootpw -w json
            endpoint health --user root:rootpw
            auth status --user root:rootpw
            user delete root --user root:rootpw
            auth disable
            auth disable --user root:rootpw
            auth status
            get a
            """;

    private EtcdctlScript() {}

    static List<Command> commands() {
        List<Command> script = new ArrayList<>();
        add(script, NEW_STORE);
        add(script, PUT);
        script.add(new Command(List.of("put", "fromInput"), "several words"));
        script.add(new Command(List.of("put", "fromInput", "--prev-kv", "-w", "json"), "two\nlines\n"));
        add(script, GET);
        for (String target : SORT_TARGETS) {
            for (String order : List.of("ASCEND", "DESCEND")) {
                add(script, "get a --prefix --sort-by " + target + " --order " + order);
                add(script, "get a --prefix --limit 2 -w json --sort-by " + target + " --order " + order);
            }
        }
        txns(script);
        add(script, ENDPOINTS);
        add(script, DELETE);
        add(script, COMPACTION);
        add(script, LEASES);
        add(script, MAINTENANCE);
        add(script, AUTH);
        return script;
    }

    /** Comparisons, a blank line, the steps if they hold, a blank line, the steps if not, a blank line. */
    private static void txns(List<Command> script) {
        String update = "value(\"a\") = \"3\"\nversion(\"b\") > \"0\"\n\nput b 7\nget b\n\nput c 8\n\n";
        String elseBranch = "mod(\"a\") = \"1\"\n\nput b 9\n\nget a --prefix\ndel c\n\n";
        for (String format : FORMATS) {
            txn(script, format, update);
            txn(script, format, elseBranch);
            txn(script, format, "\nget a --prefix --limit 1\nget missing\nget a --prefix --count-only\n\n\n");
            txn(script, format, "\nput t 1\nput u 2 --prev-kv\ndel b --prev-kv\ndel missing\n\n\n");
        }
        for (String compare : List.of(
                "create(\"a\") > \"1\"",
                "create(\"z\") = \"0\"",
                "c(\"a\") < \"1\"",
                "mod(\"a\") < \"1000\"",
                "m(\"a\") > \"1000\"",
                "value(\"a\") != \"x\"",
                "val(\"a\") < \"x\"",
                "value(\"z\") != \"x\"",
                "version(\"a\") > \"1\"",
                "ver(\"z\") = \"0\"")) {
            // No comparison of a lease: etcdctl itself panics on it.
            txn(script, "simple", compare + "\n\nget a --keys-only\n\nget b --keys-only\n\n");
        }
        txn(script, "simple", "\nget a b\nget a --from-key --keys-only\nget a --prefix --order DESCEND\n\n\n");
        txn(script, "simple", "\nget a --rev 1000\nput a 1\n\n\n");
        txn(script, "simple", "\nput z 1\nput z 2\n\n\n");
        txn(script, "simple", "\nput z 1 --lease 1234\n\n\n");
        txn(script, "simple", "\nput z --ignore-value\n\n\n");
        txn(script, "simple", "\nput x 1\nput y 1\ndel x y\n\n\n");
        txn(script, "simple", "\n\n\n");
        txn(script, "simple", "nonsense\n\n\n\n");
        String hexed = "\nput a 3 --prev-kv\nget a\n\n\n";
        script.add(new Command(List.of("txn", "--hex"), hexed));
        script.add(new Command(List.of("txn", "--hex", "-w", "json"), hexed));
        script.add(new Command(List.of("txn", "-i"), update));
        script.add(new Command(List.of("txn", "--interactive=true", "-w", "json"), elseBranch));
    }

    private static void txn(List<Command> script, String format, String input) {
        script.add(new Command(List.of("txn", "-w", format), input));
    }

    private static void add(List<Command> script, String lines) {
        lines.lines().forEach(line -> {
            if (!line.endsWith("-w *")) {
                script.add(Command.of(line));
                return;
            }
            for (String format : FORMATS) {
                script.add(Command.of(line.replace("*", format)));
            }
        });
    }
}
