package io.lockstep.node.raft.transport;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** A TCP relay that passes everything until it is told to stop, and then as many bytes as it is told to; answers always. */
final class MeteredLink implements AutoCloseable {
    private static final int CHUNK_BYTES = 4_096;

    private final ServerSocket near = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    private final int farPort;
    private final Semaphore bytes = new Semaphore(Integer.MAX_VALUE / 2);
    private final ConcurrentLinkedQueue<Socket> sockets = new ConcurrentLinkedQueue<>();

    MeteredLink() throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            farPort = free.getLocalPort();
        }
        daemon(this::accept);
    }

    /** Where the sender connects to. */
    int port() {
        return near.getLocalPort();
    }

    /** Where the receiver has to listen. */
    int farPort() {
        return farPort;
    }

    void stop() {
        bytes.drainPermits();
    }

    void pass(int count) {
        bytes.release(count);
    }

    private void accept() {
        while (!near.isClosed()) {
            try {
                join(near.accept());
            } catch (IOException e) {
                return;
            }
        }
    }

    private void join(Socket sender) {
        sockets.add(sender);
        try {
            Socket receiver = new Socket(InetAddress.getLoopbackAddress(), farPort);
            sockets.add(receiver);
            daemon(() -> relay(sender, receiver, bytes));
            daemon(() -> relay(receiver, sender, null));
        } catch (IOException e) {
            // Nobody listens there yet: the sender tries again.
            end(sender);
        }
    }

    private static void relay(Socket from, Socket to, @Nullable Semaphore allowed) {
        byte[] chunk = new byte[CHUNK_BYTES];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                if (allowed != null) {
                    allowed.acquireUninterruptibly(read);
                }
                out.write(chunk, 0, read);
            }
        } catch (IOException e) {
            // One side has gone: both go.
        }
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "metered-link");
        thread.setDaemon(true);
        thread.start();
    }

    private static void end(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is gone all the same.
        }
    }

    @Override
    public void close() throws IOException {
        near.close();
        sockets.forEach(MeteredLink::end);
        bytes.release(Integer.MAX_VALUE / 2);
    }
}
