package io.lockstep.lab.chart;

import java.util.List;

/**
 * One strip of a chart: a title on its left, an axis of its own, the time axis of all.
 *
 * @param note under the title, or empty
 */
public record Panel(String title, String note, Scale y, double height, List<Mark> marks) {
    public Panel {
        marks = List.copyOf(marks);
    }
}
