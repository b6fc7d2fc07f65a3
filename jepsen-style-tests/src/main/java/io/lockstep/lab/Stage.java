package io.lockstep.lab;

import io.grpc.Channel;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The cluster that the lab works on: three members, numbered from 1, and what can be done to them. One thread calls it,
 * but for {@link #channel}. Closing ends and removes everything, on Ctrl-C too.
 */
interface Stage extends AutoCloseable {
    int NODES = 3;

    /** How the members are kept apart, in a sentence for the page. */
    String isolation();

    /** Where clients reach the members, in order: {@code host:port}. */
    List<String> endpoints();

    /** To one member, for as long as the stage stands; any thread. */
    Channel channel(int node);

    /** Forgets how long a member was unreachable, so that the next call tries it. */
    void reconnect();

    Optional<Integer> leader();

    /** Waits until every member answers and knows a leader. Returns what is missing, or an empty text. */
    String awaitReady(Duration patience);

    /** No packet passes between this member and the others; clients still reach it. */
    void cutOff(int node);

    /** All packets pass. */
    void heal();

    /** Ends a member without a farewell. */
    void kill(int node);

    void start(int node) throws IOException;

    @Override
    void close();
}
