# SPDX-License-Identifier: GPL-2.0
"""Tables of the kernel as a whole: mounts, slab caches, interrupts; and who holds a lock."""
import gdb

from kgtp_gdb import base, kernel, percpu, tasks
from kgtp_gdb.base import number, say


# ---- mounts -----------------------------------------------------------------

def tree(root, kind, path):
    """Yield the objects in an rb_root, in order."""
    inside, node, below = kernel.offset(kind, path), number(root["rb_node"]), []
    where = kernel.find_type("struct rb_node")
    for _ in range(100000):
        while node:
            below.append(node)
            node = number(kernel.at(node, where)["rb_left"])
        if not below:
            return
        node = below.pop()
        yield kernel.at(node - inside, kind)
        node = number(kernel.at(node, where)["rb_right"])


def mounts():
    """Yield the mounts of init's namespace: struct mount, before 3.3 struct vfsmount."""
    kind = kernel.find_type("struct mount")
    if kind is None or not kernel.has(kind, "mnt_devname"):
        kind = kernel.find_type("struct vfsmount")
    space = kernel.variable("init_task.nsproxy->mnt_ns", "init_task.namespace")
    kernel.need(space, "init_task.nsproxy->mnt_ns")
    if not number(space):       # before 2.6.27 init_task has none
        space = tasks.by_pid("1").value["nsproxy"]["mnt_ns"]
    found = kernel.member(space, "mounts")
    if found is not None and kernel.has(found.type, "rb_node"):
        return tree(found, kind, "mnt_node")
    return kernel.list_of(number(space["list"].address), kind, "mnt_list")


class Mounts(base.Command):
    """List the mounted file systems, as the first process sees them.

  kgtp mounts"""
    name = "kgtp mounts"

    def run(self, text):
        base.need_live()
        rows = [["MOUNT", "SUPERBLOCK", "TYPE", "DEVICE", "DIRECTORY"]]
        for mount in mounts():
            block = kernel.member(mount, "mnt.mnt_sb", "mnt_sb")
            seen = kernel.member(mount, "mnt")
            root = kernel.member(mount, "mnt.mnt_root", "mnt_root")
            rows.append(["%#x" % number(mount.address), "%#x" % number(block), kernel.text(block["s_type"]["name"], 64),
                         kernel.text(mount["mnt_devname"], 256) if number(mount["mnt_devname"]) else "none",
                         tasks.path_of(root, seen.address if seen is not None else mount.address)])
        for line in base.table(rows):
            say(line)


# ---- slab -------------------------------------------------------------------

def caches():
    kind = kernel.need(kernel.find_type("struct kmem_cache"), "struct kmem_cache")
    for name, path in (("slab_caches", "list"), ("cache_chain", "next"), ("cache_chain", "list")):
        if kernel.address_of(name) and kernel.has(kind, path):
            return kernel.list_of(kernel.address_of(name), kind, path)
    return iter(kernel.need(None, "slab_caches"))


def slabs_of(cache):
    """Return (slabs, objects) of SLUB's nodes; (None, None) where they are not counted."""
    slabs = objects = None
    for i in range(64):
        node = kernel.member(cache, "per_node")
        node = node[i]["node"] if node is not None else kernel.member(cache, "node")
        if node is None:
            break
        if node.type.strip_typedefs().code == gdb.TYPE_CODE_ARRAY:
            node = node[i]
        if i >= nodes() or not number(node):
            break
        count, total = kernel.member(node, "nr_slabs.counter"), kernel.member(node, "total_objects.counter")
        if count is not None:
            slabs = (slabs or 0) + number(count)
        if total is not None:
            objects = (objects or 0) + number(total)
    return slabs, objects


def nodes():
    found = kernel.variable("nr_node_ids")
    return number(found) if found is not None else 1


class Slab(base.Command):
    """List the slab caches: sizes of an object, alone and with what surrounds it, slabs and objects in them.

  kgtp slab [NAME...]"""
    name = "kgtp slab"

    def run(self, text):
        base.need_live()
        words, rows = text.split(), [["CACHE", "OBJECT", "SIZE", "SLABS", "OBJECTS", "NAME"]]
        for cache in caches():
            name = kernel.text(cache["name"], 64)
            if words and not any(tasks.fnmatch.fnmatchcase(name, word) for word in words):
                continue
            size = kernel.member(cache, "size", "buffer_size")
            own = kernel.member(cache, "object_size", "objsize", "obj_size", "buffer_size")
            counts = slabs_of(cache)
            rows.append(["%#x" % number(cache.address), str(number(own)), str(number(size))] +
                        [str(count) if count is not None else "-" for count in counts] + [name])
        if len(rows) == 1:
            raise base.Error("no slab cache is %s" % text)
        for line in base.table(rows):
            say(line)


# ---- locks ------------------------------------------------------------------

def is_rwsem(lock):
    return "rw_semaphore" in str(lock.type.strip_typedefs())


def rt_mutex(lock):
    """Return the rt_mutex that is in a lock with PREEMPT_RT, or None."""
    found = kernel.member(lock, "rtmutex", "rwbase.rtmutex", "lock")
    return found if found is not None and kernel.has(found.type, "waiters") else None


def waiters(lock):
    """Return the waiters of a mutex or rw_semaphore, in order."""
    inner = rt_mutex(lock)
    if inner is not None:
        kind = kernel.need(kernel.find_type("struct rt_mutex_waiter"), "struct rt_mutex_waiter")
        path = "tree.entry" if kernel.has(kind, "tree") else "tree_entry"
        return list(tree(kernel.need(kernel.member(inner, "waiters.rb_root", "waiters"), "waiters"), kind, path))
    name = "struct rwsem_waiter" if is_rwsem(lock) else "struct mutex_waiter"
    kind = kernel.need(kernel.find_type(name), name)
    head, inside = kernel.member(lock, "wait_list"), kernel.offset(kind, "list")
    if head is not None and head.type.strip_typedefs().code != gdb.TYPE_CODE_PTR:
        return list(kernel.list_of(number(head.address), kind, "list", 1000))
    # A ring without a head: el6's mutex points into the first one, or to itself; 7.2's to the first one.
    if head is not None:
        first = number(head) - inside if number(head) != number(head.address) else 0
    else:
        first = number(kernel.need(kernel.member(lock, "first_waiter"), "wait_list"))
    if not first:
        return []
    return [kernel.at(first, kind)] + list(kernel.list_of(first + inside, kind, "list", 1000))


def owner_of(lock):
    """Return (address of the owning task or 0, remark)."""
    inner = rt_mutex(lock)
    if inner is not None:
        return number(inner["owner"]) & ~1, "" if not is_rwsem(lock) else "readers are not recorded"
    word = kernel.member(lock, "owner.counter")
    if word is not None:        # mutex from 4.10, rw_semaphore from 5.3
        bits, task = number(word) & 7, number(word) & (1 << 8 * kernel.word_size()) - 8
        return task, "the last reader; there may be others, and it may be gone" if is_rwsem(lock) and bits & 1 else ""
    found = kernel.member(lock, "owner")
    if found is None:
        return 0, "this kernel does not record the owner"
    if "thread_info" in str(found.type):        # 2.6.30 to 3.x
        return (number(found["task"]) if number(found) else 0), ""
    return number(found) & ~3, ""


def is_held(lock):
    readers = kernel.member(lock, "rwbase.readers.counter")
    if readers is not None:
        return number(readers) & 0xffffffff != 0x80000000
    if rt_mutex(lock) is not None:
        return owner_of(lock)[0] != 0
    count = kernel.member(lock, "count.counter", "count", "activity")
    if is_rwsem(lock):
        return number(count) != 0
    if kernel.member(lock, "owner.counter") is not None:
        return owner_of(lock)[0] != 0
    return number(count) < 1        # a mutex that counts from 1 down


def as_lock(text):
    """Return the mutex or rw_semaphore that the words name."""
    words = text.split()
    kinds = {"mutex": "struct mutex", "rwsem": "struct rw_semaphore"}
    named = words[-1] if len(words) > 1 and words[-1] in kinds else None
    value = gdb.parse_and_eval(" ".join(words[:-1]) if named else text)
    if named:
        return kernel.at(number(value) if value.type.strip_typedefs().code != gdb.TYPE_CODE_STRUCT else number(value.address),
                         kernel.find_type(kinds[named]))
    if value.type.strip_typedefs().code == gdb.TYPE_CODE_PTR:
        value = value.dereference()
    if str(value.type.strip_typedefs()) not in kinds.values():
        raise base.Error("%s is no mutex and no rw_semaphore: say which, kgtp locks ADDR mutex, or ADDR rwsem" % text)
    return value


class Locks(base.Command):
    """Show who holds a mutex or an rw_semaphore, and who waits for it.

  kgtp locks LOCK [mutex|rwsem]

LOCK is an expression, as &inode->i_rwsem, or an address with the kind behind it."""
    name = "kgtp locks"

    def complete(self, text, word):
        return gdb.COMPLETE_EXPRESSION if hasattr(gdb, "COMPLETE_EXPRESSION") else gdb.COMPLETE_SYMBOL

    def run(self, text):
        if not text:
            raise self.usage()
        base.need_live()
        lock = as_lock(text)
        owner, remark = owner_of(lock)
        say("%s at %#x: %s" % (lock.type.strip_typedefs(), number(lock.address), "held" if is_held(lock) else "free"))
        if is_held(lock) and owner:
            say("  owner: %s%s" % (who(owner), " (%s)" % remark if remark else ""))
        elif is_held(lock) and remark:
            say("  owner: unknown, %s" % remark)
        for waiter in waiters(lock):
            kind = kernel.member(waiter, "type")
            say("  waits: %s%s" % (who(number(waiter["task"])), " (to %s)" % ("read" if "READ" in str(kind) else "write")
                                   if kind is not None else ""))


def who(address):
    task = kernel.at(address, kernel.find_type("struct task_struct"))
    try:
        return "PID %d, %s, %#x" % (number(task["pid"]), kernel.text(task["comm"]), address)
    except RuntimeError:
        return "a task that is gone, %#x" % address


# ---- interrupts -------------------------------------------------------------

def is_kernel(address):
    return address >> (8 * kernel.word_size() - 1) and not address & 7


def slots(node, kind):
    """Yield what is in the slots of a node."""
    array = kernel.at(node, kind)["slots"] if kernel.has(kind, "slots") else kernel.at(node, kind)["slot"]
    for i in range(array.type.range()[1] + 1):
        yield number(array[i])


def radix_leaves(entry, depth=0):
    """Yield the entries below one of an xarray, or of a radix tree."""
    kind = kernel.find_type("struct xa_node", "struct radix_tree_node")
    if entry & 3 in (1, 2) and depth < 12:      # a node: marked by 2; before 4.20 by 1
        node = entry & ~3
        for one in slots(node, kind):
            for leaf in radix_leaves(one, depth + 1):
                yield leaf
    elif entry and not entry & 3:
        yield entry


def maple_leaves(entry):
    """Yield the entries of a maple tree: nodes have bit 1 set, and their kind in bits 3 to 6."""
    if not entry & 2:
        if entry:
            yield entry
        return
    which, node = entry >> 3 & 15, entry & ~255
    kind = kernel.find_type("struct maple_arange_64" if which == 3 else "struct maple_range_64")
    skip = kernel.offset(kernel.find_type("struct maple_node"), "ma64" if which == 3 else "mr64")
    for one in slots(node + skip, kind):
        # The last slot may have the node's own data, a small number.
        if not is_kernel(one & ~255 if which > 1 else one):
            continue
        if which <= 1:
            yield one
        else:
            for leaf in maple_leaves(one | 2):
                yield leaf


def descriptors():
    """Return the kernel's interrupt descriptors as (number, struct irq_desc)."""
    kind = kernel.need(kernel.find_type("struct irq_desc"), "struct irq_desc")
    trees = kernel.variable("sparse_irqs"), kernel.variable("irq_desc_tree")
    if trees[0] is not None:
        places = list(maple_leaves(number(trees[0]["ma_root"])))
    elif trees[1] is not None:
        root = kernel.member(trees[1], "xa_head", "rnode")
        places = list(radix_leaves(number(root.cast(kernel.unsigned_long()))))
    else:
        table = kernel.variable("irq_desc_ptrs", "irq_desc")
        kernel.need(table, "sparse_irqs, irq_desc_tree or irq_desc")
        if table.type.strip_typedefs().code == gdb.TYPE_CODE_ARRAY:
            return [(i, table[i]) for i in range(table.type.range()[1] + 1)]
        places = [number(table[i]) for i in range(number(kernel.variable("nr_irqs")))]
    found = [kernel.at(place, kind) for place in places if is_kernel(place)]
    numbered = [(number(kernel.member(one, "irq_data.irq", "irq")), one) for one in found]
    return sorted(numbered, key=lambda row: row[0])


def counts(number_, descriptor, cpus):
    found, counter = [], kernel.member(descriptor, "kstat_irqs")
    for cpu in cpus:
        if counter is None:         # before 2.6.29 and in el6: an array for each CPU
            stat = percpu.of_cpu(percpu.symbol("kstat"), cpu)
            found.append(number(stat["irqs"][number_]))
        elif counter.type.strip_typedefs().target().strip_typedefs().code == gdb.TYPE_CODE_PTR:
            found.append(number(counter[cpu][0]))
        elif not kernel.has(descriptor.type, "irq_data"):       # before 2.6.37: one array
            found.append(number(counter[cpu]))
        else:
            one = percpu.of_cpu(counter, cpu)
            one = one["cnt"] if one.type.strip_typedefs().code == gdb.TYPE_CODE_STRUCT else one
            found.append(number(one))
    return found


class Irq(base.Command):
    """List the interrupts that have a handler: how often they came on each CPU, and their handlers.

  kgtp irq"""
    name = "kgtp irq"

    def run(self, text):
        base.need_live()
        cpus = percpu.online()
        rows = [["IRQ"] + ["CPU%d" % cpu for cpu in cpus] + ["CHIP", "NAME", "HANDLER"]]
        for irq, descriptor in descriptors():
            action = descriptor["action"]
            if not number(action):
                continue
            chip = kernel.member(descriptor, "irq_data.chip", "chip")
            name = kernel.member(chip, "name", "typename")
            names, handlers = [], []
            for _ in range(100):
                names.append(kernel.text(action["name"], 64) if number(action["name"]) else "-")
                handler, thread = function(number(action["handler"])), kernel.member(action, "thread_fn")
                if handler == "irq_default_primary_handler" and thread is not None:     # only wakes the thread
                    handler = function(number(thread))
                handlers.append(handler)
                action = action["next"]
                if not number(action):
                    break
            rows.append([str(irq)] + [str(count) for count in counts(irq, descriptor, cpus)] +
                        [kernel.text(name, 32) if name is not None and number(name) else "-", ",".join(names), ",".join(handlers)])
        for line in base.table(rows):
            say(line)


def function(address):
    shown = base.try_output_of("info symbol %#x" % address)
    return shown.split()[0] if " in section" in shown else "%#x" % address


COMMANDS = [Mounts, Slab, Locks, Irq]
