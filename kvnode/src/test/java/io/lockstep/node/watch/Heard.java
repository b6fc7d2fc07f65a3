package io.lockstep.node.watch;

import io.lockstep.api.WatchResponse;
import io.lockstep.api.mvcc.Event;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A client that notes all it hears, and takes as many answers as it is allowed to. */
final class Heard implements WatchOutlet {
    record Answer(WatchResponse response, long revision) {}

    final List<Answer> answers = new ArrayList<>();
    final Map<Long, List<Event>> events = new HashMap<>();
    int mayTake = Integer.MAX_VALUE;

    @Override
    public boolean isReady() {
        return mayTake > 0;
    }

    @Override
    public void send(WatchResponse.Builder answer, long revision) {
        mayTake -= mayTake == Integer.MAX_VALUE || mayTake == 0 ? 0 : 1;
        WatchResponse built = answer.build();
        answers.add(new Answer(built, revision));
        events.computeIfAbsent(built.getWatchId(), id -> new ArrayList<>()).addAll(built.getEventsList());
    }

    @Override
    public void fail(Throwable failure) {
        throw new AssertionError("a stream failed", failure);
    }

    WatchResponse last() {
        return answers.get(answers.size() - 1).response();
    }

    List<String> of(long id) {
        return events.getOrDefault(id, List.of()).stream().map(Heard::text).toList();
    }

    static String text(Event event) {
        return event.getKv().getModRevision()
                + (event.getType() == Event.EventType.DELETE ? "-" : "+")
                + event.getKv().getKey().toStringUtf8();
    }
}
