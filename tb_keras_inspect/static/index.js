// node_modules/preact/dist/preact.mjs
var n$1;
var t$2;
var r$2;
var u$3;
var i$2;
var f$3;
var o$3;
var e$2;
var l$2;
var c$2;
var a$3;
var s$2;
var h$3 = Symbol.for("pv");
var p$3 = {};
var y$3 = [];
var v$2 = /^m(i|n|o|s|text|space)$/;
var w$3 = Array.isArray;
var d$2 = y$3.slice;
var _$3 = Object.assign;
function g$3(n) {
	n && n.parentNode && n.remove();
}
function k$2(n, t, r) {
	var u, i, f, o = {}, e = arguments.length;
	for (f in t) "key" == f ? u = t[f] : "ref" == f && "function" != typeof n ? i = t[f] : o[f] = t[f];
	return e > 2 && (o.children = e > 3 ? d$2.call(arguments, 2) : r), m$3(n, o, u, i, null);
}
function m$3(r, u, i, f, o) {
	var e = {
		type: r,
		props: u,
		key: i,
		ref: f,
		__k: null,
		__: null,
		__b: 0,
		__e: null,
		__c: null,
		constructor: h$3,
		__v: o || ++t$2,
		__i: -1,
		__u: 0
	};
	return !o && n$1.vnode && n$1.vnode(e), e;
}
function $(n) {
	return n.children;
}
function x$2(n, t) {
	this.props = n, this.context = t, this.__g = 0;
}
function S$1(n, t) {
	if (null == t) return n.__ && S$1(n.__, n.__i + 1);
	for (var r; t < n.__k.length; t++) if ((r = n.__k[t]) && r.__e) return r.__e;
	return "function" != typeof n.type || n.props.__P ? null : S$1(n);
}
function C$1(t) {
	var r, u = t.__v, i = u.__e, f = [], o = [], e = t.__P;
	e && ((r = _$3({ constructor: h$3 }, u)).__v = u.__v + 1, n$1.vnode && n$1.vnode(r), z$1(e, r, u, t.__n, e.namespaceURI, 32 & u.__u ? [i] : null, f, i || S$1(u), 32 & u.__u, o), r.__v = u.__v, r.__.__k[r.__i] = r, E$1(f, r, o), u.__ = u.__e = null, r.__e != i && j$2(r));
}
function j$2(n) {
	if ((n = n.__) && n.__c && !n.props.__P) return n.__e = null, n.__k.some(function(t) {
		return t && (n.__e = t.__e);
	}), j$2(n);
}
function L(t) {
	(8 & t.__g || (t.__g |= 8, u$3.push(t), f$3++)) && i$2 == n$1.debounceRendering || ((i$2 = n$1.debounceRendering) || queueMicrotask)(H);
}
function H() {
	try {
		for (var n, t = 1; u$3.length;) u$3.length > t && u$3.sort(o$3), n = u$3.shift(), t = u$3.length, 8 & n.__g && C$1(n);
	} finally {
		(f$3 = u$3.length) && (i$2 || queueMicrotask)(H);
	}
}
function I(n, t, r, u, i, f, o, e, l, c, a) {
	var s, h, v, w, d, _, g = u.__k || y$3, k = t.length;
	for (l = q$1(r, t, g, l, k), s = 0; s < k; s++) null != (v = r.__k[s]) && (h = ~v.__i && g[v.__i] || p$3, v.__i = s, _ = z$1(n, v, h, i, f, o, e, l, c, a), w = v.__e, (h.ref != v.ref || 8 & h.__u) && (h.ref && G(h.ref, null, v, h), v.ref && a.push(v.ref, v.__c || w, v)), d = d || w, 4 & v.__u ? (l = A$2(v, l, n, !h.__v), h.__e && (h.__e = null)) : "function" == typeof v.type && void 0 !== _ ? l = _ : w && (l = w.nextSibling), v.__u &= -21);
	return r.__e = d, l;
}
function q$1(n, t, r, u, i) {
	var f, o, e, l, c, a, s, p, y, v = r.length, d = v, _ = 0, g = 0, k = n.__k = Array(i);
	for (f = 0; f < i; f++) null != (o = t[f]) && "boolean" != typeof o && "function" != typeof o ? ("object" != typeof o || o.constructor === String ? o = k[f] = m$3(null, o) : w$3(o) ? o = k[f] = m$3($, { children: o }) : o.constructor === h$3 && o.__b ? o = k[f] = m$3(o.type, o.props, o.key, o.ref, o.__v) : k[f] = o, l = f + _, o.__ = n, o.__b = n.__b + 1, e = null, ~(c = o.__i = P(o, r, l, d)) && (d--, (e = r[c]) && (e.__u |= 2)), e && e.__v ? (o.__u |= 16, c == l - 1 ? _-- : c == l + 1 ? _++ : c != l && (c > l ? _-- : _++, g = 1)) : (~c || (i > v ? _-- : i < v && _++), "function" != typeof o.type && (o.__u |= 4))) : k[f] = null;
	if (g) {
		for (a = [], s = [], f = 0; f < i; f++) if ((o = k[f]) && 16 & o.__u) {
			for (_ = 0, p = a.length; _ < p;) a[y = _ + p >> 1] < o.__i ? _ = y + 1 : p = y;
			a[_] = o.__i, s[f] = _ + 1;
		}
		for (_ = a.length; f--;) s[f] && (s[f] == _ ? _-- : k[f].__u |= 4);
	}
	if (d) for (f = 0; f < v; f++) !(e = r[f]) || 2 & e.__u || (e.__e == u && (u = S$1(e)), J(e, e));
	return u;
}
function A$2(n, t, r, u) {
	var i, f, o, e;
	if ("function" == typeof n.type) {
		if (n.props.__P) return t;
		if (i = n.__k) for (f = 0; f < i.length; f++) i[f] && (i[f].__ = n, t = A$2(i[f], t, r, !1));
		return t;
	}
	for (t && !t.parentNode && (t = S$1(n)) && !t.parentNode && (t = null), o = n.__e, e = t; e && 8 == e.nodeType;) e = e.nextSibling;
	for (o != e && (!u && r.moveBefore && o.parentNode ? r.moveBefore(o, t) : r.insertBefore(o, t || null)), t = o; (t = t && t.nextSibling) && 8 == t.nodeType && !t.data.startsWith("$s"););
	return t;
}
function P(n, t, r, u) {
	var i, f = n.key, o = n.type, e = t[r], l = e && !(2 & e.__u);
	if (null === e && null == f || l && f == e.key && o == e.type) return r;
	if (u > (l ? 1 : 0)) {
		for (i = r - 1; i >= 0; i--) if ((e = t[i]) && !(2 & e.__u) && f == e.key && o == e.type) return i;
		for (i = r + 1; i < t.length; i++) if ((e = t[i]) && !(2 & e.__u) && f == e.key && o == e.type) return i;
	}
	return -1;
}
function T$2(n, t, r) {
	r ??= "", "-" == t[0] ? n.setProperty(t, r) : n[t] = r;
}
function N(n, t, r, u, i) {
	var f, o;
	if ("style" == t) if ("string" == typeof r) n.style.cssText = r;
	else {
		if ("string" == typeof u && (n.style.cssText = u = ""), u) for (t in u) r && t in r || T$2(n.style, t);
		if (r) for (t in r) u && r[t] == u[t] || T$2(n.style, t, r[t]);
	}
	else if ("o" == t[0] && "n" == t[1]) "function" != typeof r && (r = null), "function" != typeof u && (u = null), (n.__e || (n.__e = {}))[t] = r, r && u || (o = a$3[t] || (a$3[t] = V(t)), (n.__a || (n.__a = {}))[t] = c$2, f = t != (t = t.replace(l$2, "$1")), (t = t.slice(2))[0] < "a" && (t = t.toLowerCase()), r ? n.addEventListener(t, o, f) : n.removeEventListener(t, o, f));
	else {
		if ("http://www.w3.org/2000/svg" == i) t = t.replace(/xlink(H|:h)/, "h").replace(/sName$/, "s");
		else if ("width" != t && "height" != t && "href" != t && "list" != t && "form" != t && "tabIndex" != t && "download" != t && "rowSpan" != t && "colSpan" != t && "role" != t && "popover" != t && t in n) try {
			n[t] = null == r ? "" : r;
			return;
		} catch (n) {}
		if ("function" == typeof r) return;
		null == r || !1 === r && "-" != t[4] ? n.removeAttribute(t) : n.setAttribute(t, "popover" == t && 1 == r ? "" : r);
	}
}
function V(t) {
	return function(r) {
		var u = this.__e;
		if (u) {
			if (u = u[t], null == r[e$2]) r[e$2] = c$2++;
			else if (r[e$2] < this.__a[t]) return;
			return u(n$1.event ? n$1.event(r) : r);
		}
	};
}
function z$1(t, r, u, i, f, o, e, l, c, a) {
	var s, p, v, d, k, b, m, M, C, j, L, H, q, A, O, P, T, N, V = r.type;
	if (r.constructor !== h$3) return null;
	128 & u.__u && (c = 32 & u.__u, s = u.__c.__z) && (r.__u |= c, p = o = [], 8 == s.nodeType ? l = B$1(s, o) : o.push(s), l = o[0] || l), (s = n$1.__b) && s(r);
	n: if ("function" == typeof V) {
		v = e.length;
		try {
			if (M = r.props, C = (s = V.prototype) && s.render, j = (s = V.contextType) && i[s.__c], L = s ? j ? j.props.value : s.__ : i, (d = u.__c) ? (r.__c = d, 2 & d.__g && (d.__g |= 1)) : (C ? r.__c = d = new V(M, L) : (r.__c = d = new x$2(M, L), d.constructor = V, d.render = K), j && j.sub(d), d.state || (d.state = {}), d.__n = i, d.__g |= 8, d.__h = [], d.__k = []), C && (d.__s || (d.__s = d.state), V.getDerivedStateFromProps && (d.__s == d.state && (d.__s = _$3({}, d.__s)), _$3(d.__s, V.getDerivedStateFromProps(M, d.__s)))), k = d.props, b = d.state, d.__v = r, u.__c) {
				if (M !== k && C && !V.getDerivedStateFromProps && d.componentWillReceiveProps && d.componentWillReceiveProps(M, L), r.__v == u.__v && !(8 & d.__g) || !(4 & d.__g) && d.shouldComponentUpdate && !1 === d.shouldComponentUpdate(M, d.__s, L)) {
					r.__v != u.__v && (d.props = M, d.state = d.__s, d.__g &= -9), r.__e = u.__e, r.__k = u.__k, r.__k.some(function(n) {
						n && (n.__ = r);
					}), y$3.push.apply(d.__h, d.__k), d.__k = [], d.__h.length && e.push(d), l = S$1(u);
					break n;
				}
				d.componentWillUpdate && d.componentWillUpdate(M, d.__s, L), C && d.componentDidUpdate && d.__h.push(function() {
					d.componentDidUpdate(k, b, m);
				});
			} else C && !V.getDerivedStateFromProps && d.componentWillMount && d.componentWillMount(), C && d.componentDidMount && d.__h.push(d.componentDidMount);
			d.context = L, d.props = M, d.__P = t, d.__g &= -5, H = n$1.__r, q = C ? 25 : 0;
			do
				d.__g &= -9, H && H(r), s = d.render(d.props, d.state = d.__s, d.context);
			while (8 & d.__g && ++q < 25);
			C && (y$3.push.apply(d.__h, d.__k), d.__k = []), d.state = d.__s, d.getChildContext && (i = _$3({}, i, d.getChildContext())), C && u.__c && d.getSnapshotBeforeUpdate && (m = d.getSnapshotBeforeUpdate(k, b)), A = s && s.type === $ && null == s.key ? s.props.children : s, M.__P && (s = l, f = (t = M.__P).namespaceURI, c = o = null, u.props && u.props.__P != t && (u.__k.some(function(n) {
				n && J(n, n);
			}), u.__k = null), l = u.__k ? S$1(u, 0) : null), l = I(t, w$3(A) ? A : [A], r, u, i, f, o, e, l, c, a), M.__P && (r.__e = null, l = s), r.__u &= -161, p && p.some(g$3), d.__h.length && e.push(d), 1 & d.__g && (d.__g &= -4);
		} catch (t) {
			if (e.length = v, r.__v = null, c || o) if (t && t.then) {
				if (r.__u |= 128 | c, o) {
					for (~(T = o.indexOf(l || void 0)) || (T = o.length); (N = o[T - 1]) && 8 == N.nodeType;) T--;
					for (; T < o.length; T++) if (N = o[T]) if (o[T] = null, O) {
						if (N == P) break;
					} else {
						if (8 != N.nodeType) break;
						N.data.startsWith("$s") && (P = B$1(O = N));
					}
				}
				if (!O) {
					for (; l && 8 == l.nodeType && l.nextSibling;) l = l.nextSibling;
					O = l;
				}
				(s = B$1(O = r.__c.__z || (r.__c.__z = O))) ? (r.__e = O, l = s) : r.__e = l, l = l && l.nextSibling;
			} else o && o.some(g$3);
			else r.__e = u.__e;
			r.__k || (r.__k = u.__k || []), t && t.then || D$1(r), n$1.__e(t, r, u);
		}
	} else l = r.__e = F$2(u.__e, r, u, i, f, o, e, c, a, t);
	return (s = n$1.diffed) && s(r), l;
}
function B$1(n, t) {
	if (n && 8 == n.nodeType && n.data.startsWith("$s")) for (var r = 1; n = n.nextSibling;) {
		if (8 == n.nodeType) {
			if (n.data.startsWith("$s")) r++;
			else if (n.data.startsWith("/$s") && !--r) return n;
		}
		t && t.push(n);
	}
}
function D$1(n) {
	n && (n.__c && (n.__c.__g |= 4), n.__k && n.__k.some(D$1));
}
function E$1(t, r, u) {
	for (var i = 0; i < u.length;) G(u[i++], u[i++], u[i++]);
	n$1.__c && n$1.__c(r, t), t.some(function(r) {
		try {
			t = r.__h, r.__h = [], t.some(function(n) {
				n.call(r);
			});
		} catch (t) {
			n$1.__e(t, r.__v);
		}
	});
}
function F$2(t, r, u, i, f, o, e, l, c, a) {
	var s, h, y, _, k, b, m, M, $ = u.props || p$3, x = r.props, C = r.type;
	if ("svg" == C ? f = "http://www.w3.org/2000/svg" : "math" == C ? f = "http://www.w3.org/1998/Math/MathML" : f || (f = "http://www.w3.org/1999/xhtml"), o) {
		for (s = 0; s < o.length; s++) if ((k = o[s]) && (C ? k.localName == C : 3 == k.nodeType)) {
			t = k, o[s] = null;
			break;
		}
	}
	if (!t) {
		if (M = a.ownerDocument || document, !C) return M.createTextNode(x);
		t = M.createElementNS(f, C, x.is ? x : a), l && (n$1.__m && n$1.__m(r, o), l = !1), o = null;
	}
	if (C) {
		if (a = "template" == C && t.content || t, o = "textarea" == C && null != x.defaultValue ? null : o && d$2.call(a.childNodes), !l && o) for ($ = {}, s = 0; s < t.attributes.length; s++) $[(k = t.attributes[s]).name] = k.value;
		for (s in $) k = $[s], "dangerouslySetInnerHTML" == s ? y = k : "children" == s || s in x || "value" == s && "defaultValue" in x || "checked" == s && "defaultChecked" in x || N(t, s, null, k, f);
		for (s in x) k = x[s], "children" == s ? _ = k : "dangerouslySetInnerHTML" == s ? h = k : "value" == s ? b = k : "checked" == s ? m = k : l && "function" != typeof k || $[s] === k || N(t, s, k, $[s], f);
		h ? (l || y && (h.__html == y.__html || h.__html == t.innerHTML) || (t.innerHTML = h.__html), r.__k = []) : (y && (t.textContent = ""), ("foreignObject" == C || "http://www.w3.org/1998/Math/MathML" == f && v$2.test(C)) && (f = "http://www.w3.org/1999/xhtml"), I(a, w$3(_) ? _ : [_], r, u, i, f, o, e, o ? o[0] : u.__k && S$1(u, 0), l, c), o && o.some(g$3)), l && "textarea" != C || (s = "value", "progress" == C && null == b ? t.removeAttribute(s) : null == b || b === t[s] && ("progress" != C || b) || N(t, s, b, $[s], f), s = "checked", null != m && m != t[s] && N(t, s, m, $[s], f));
	} else $ === x || l && t.data == x || (t.data = x);
	return t;
}
function G(t, r, u, i) {
	try {
		"function" == typeof t ? r ? r.__x = t(r) || 1 : i && (i = i.__c || i.__e) && (r = i.__x) && (i.__x = null, "function" == typeof r ? r() : t(null)) : t.current = r;
	} catch (t) {
		n$1.__e(t, u);
	}
}
function J(t, r, u) {
	var i, f, o, e;
	if (n$1.unmount && n$1.unmount(t), !(i = t.ref) || i.current && i.current != t.__e || G(i, null, r, t), i = t.__c) {
		if (i.componentWillUnmount) try {
			i.componentWillUnmount();
		} catch (t) {
			n$1.__e(t, r);
		}
		i.__P = i.__n = null;
	}
	if (i = t.__k) for (e = 0; e < i.length; e++) i[e] && J(i[e], r, "function" != typeof t.type || u && !t.props.__P);
	!u && (i = t.__c) && (i = i.__z) && (f = B$1(i, o = [])) && (i == t.__e && o.some(g$3), g$3(f), g$3(i)), u || g$3(t.__e), t.__e = t.__c = t.__ = null;
}
function K(n, t, r) {
	return this.constructor(n, r);
}
function Q(t, r) {
	var u, i, f, o;
	n$1.__ && n$1.__(t, r), 9 == r.nodeType && (r = r.documentElement), i = (u = t && 32 & t.__u) ? null : r.__k, r.__k = m$3($, { children: [t] }), f = [], o = [], z$1(r, r.__k, i || p$3, p$3, r.namespaceURI, i ? null : r.firstChild ? d$2.call(r.childNodes) : null, f, i ? i.__e : r.firstChild, u, o), E$1(f, r.__k, o), r.__k.props.children = null;
}
function U(n) {
	function t(n) {
		var r, u;
		return this.getChildContext || (r = new Set(), (u = {})[t.__c] = this, this.getChildContext = function() {
			return u;
		}, this.shouldComponentUpdate = function(n) {
			this.props.value != n.value && r.forEach(function(n) {
				n.__g |= 4, L(n);
			});
		}, this.sub = function(n) {
			r.add(n);
			var t = n.componentWillUnmount;
			n.componentWillUnmount = function() {
				r.delete(n), t && t.call(n);
			};
		}), n.children;
	}
	return t.__c = "__cC" + s$2++, t.__ = n, t.Provider = (t.Consumer = function(n, t) {
		return n.children(t);
	}).contextType = t, t;
}
n$1 = { __e: function(n, t, r, u) {
	for (var i, o, e; t = t.__;) if ((i = t.__c) && !(1 & i.__g)) {
		i.__g |= 4;
		try {
			if ((e = (o = i.constructor) && o.getDerivedStateFromError) && i.setState(o.getDerivedStateFromError(n)), i.componentDidCatch && (i.componentDidCatch(n, u || {}), e = 1), e && 8 & i.__g) return void (i.__g |= 2);
		} catch (t) {
			n = t;
		}
	}
	throw f$3 = 0, n;
} }, t$2 = 0, r$2 = function(n) {
	return null != n && n.constructor === h$3;
}, x$2.prototype.setState = function(n, t) {
	var r = this.__s;
	r && r != this.state || (r = this.__s = _$3({}, this.state)), "function" == typeof n && (n = n(_$3({}, r), this.props)), n && (_$3(r, n), this.__v && (t && this.__k.push(t), L(this)));
}, x$2.prototype.forceUpdate = function(n) {
	this.__v && (this.__g |= 4, n && this.__h.push(n), L(this));
}, x$2.prototype.render = $, u$3 = [], f$3 = 0, o$3 = function(n, t) {
	return n.__v.__b - t.__v.__b;
}, e$2 = Symbol(), l$2 = /(PointerCapture)$|Capture$/i, c$2 = 0, a$3 = {}, s$2 = 0;
// src/api/cache.ts
var Cache = class {
	capacity;
	entries = new Map();
	total = 0;
	constructor(capacity) {
		this.capacity = capacity;
	}
	get size() {
		return this.total;
	}
	get(key) {
		const entry = this.entries.get(key);
		if (entry) {
			this.entries.delete(key);
			this.entries.set(key, entry);
		}
		return entry;
	}
	put(key, entry) {
		this.remove(key);
		if (entry.size > this.capacity) return;
		this.entries.set(key, entry);
		this.total += entry.size;
		for (const oldest of this.entries.keys()) {
			if (this.total <= this.capacity) break;
			this.remove(oldest);
		}
	}
	remove(key) {
		const entry = this.entries.get(key);
		if (!entry) return;
		this.entries.delete(key);
		this.total -= entry.size;
	}
};
// src/api/client.ts
var ApiError = class extends Error {
	status;
	constructor(message, status) {
		super(message);
		this.status = status;
	}
};
var RETRIES = 2;
var RETRY_MILLISECONDS = 300;
var ARRIVAL_MILLISECONDS = 50;
var CACHE_BYTES = 192 * 2 ** 20;
var Client = class {
	base;
	request;
	wait;
	cache = new Cache(CACHE_BYTES);
	active = 0;
	waiting = [];
	constructor(base = "./", request = (input, init) => fetch(input, init), wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))) {
		this.base = base;
		this.request = request;
		this.wait = wait;
	}
	peek(url, version) {
		const entry = this.cache.get(url);
		return entry?.version === version ? entry.value : void 0;
	}
	async get(url, version, decode, signal) {
		const held = this.cache.get(url);
		if (held?.version === version && version !== "") return held.value;
		this.active++;
		try {
			const response = await this.fetchWithRetry(url, held?.etag, signal);
			if (response.status === 304 && held) {
				this.cache.put(url, {
					...held,
					version
				});
				return held.value;
			}
			const { value, size } = await decode(response);
			this.cache.put(url, {
				version,
				etag: response.headers.get("ETag") ?? "",
				value,
				size
			});
			return value;
		} finally {
			if (--this.active === 0) for (const resume of this.waiting.splice(0)) resume();
		}
	}
	async quiet() {
		await this.wait(ARRIVAL_MILLISECONDS);
		while (this.active) await new Promise((resolve) => this.waiting.push(resolve));
	}
	async fetchWithRetry(url, etag, signal) {
		for (let attempt = 0;; attempt++) try {
			return await this.fetchOnce(url, etag, signal);
		} catch (error) {
			if (!(error instanceof ApiError && (error.status === 0 || error.status >= 500)) || attempt >= RETRIES || signal?.aborted) throw error;
			await this.wait(RETRY_MILLISECONDS * 2 ** attempt);
		}
	}
	async fetchOnce(url, etag, signal) {
		let response;
		try {
			response = await this.request(this.base + url, {
				cache: "no-store",
				headers: etag ? { "If-None-Match": etag } : {},
				signal: signal ?? null
			});
		} catch (error) {
			if (signal?.aborted) throw error;
			throw new ApiError("TensorBoard does not answer. Is it still running?", 0);
		}
		if (response.ok || response.status === 304) return response;
		throw new ApiError(await errorText(response), response.status);
	}
};
async function errorText(response) {
	try {
		const body = await response.json();
		if (typeof body.error === "string") return body.error;
	} catch {}
	return `The server answered ${response.status} ${response.statusText}`.trim();
}
// node_modules/preact/hooks/dist/hooks.mjs
var t$1;
var r$1;
var u$2;
var i$1;
var o$2 = Object.is;
var f$2 = 0;
var c$1 = [];
var e$1 = [];
var a$2 = n$1;
var v$1 = a$2.__b;
var l$1 = a$2.__r;
var m$2 = a$2.diffed;
var h$2 = a$2.__c;
var s$1 = a$2.unmount;
var p$2 = a$2.__;
function y$2(n, t) {
	a$2.__h && a$2.__h(r$1, n, f$2 || t), f$2 = 0;
	var u = r$1.__H || (r$1.__H = {
		__: [],
		__h: []
	});
	return n >= u.__.length && u.__.push({}), u.__[n];
}
function A$1(n, u) {
	var i = y$2(t$1++, 3);
	!a$2.__s && E(i.__H, u) && (i.__P = !0, i.__ = n, i.u = u, r$1.__H.__h.push(i));
}
function F$1(n, u) {
	var i = y$2(t$1++, 4);
	!a$2.__s && E(i.__H, u) && (i.__P = !1, i.__ = n, i.u = u, r$1.__h.push(i));
}
function T$1(n) {
	return f$2 = 5, w$2(function() {
		return { current: n };
	}, []);
}
function w$2(n, r) {
	var u = y$2(t$1++, 7);
	return E(u.__H, r) && (u.__ = n(), u.__H = r), u.__;
}
function j$1(n) {
	var u = r$1.context[n.__c], i = y$2(t$1++, 9);
	return i.c = n, u ? (i.__ ?? (i.__ = !0, u.sub(r$1)), u.props.value) : n.__;
}
function g$2() {
	var n;
	do {
		for (; n = e$1.shift();) try {
			C(n);
		} catch (t) {
			a$2.__e(t, { __: (n = n.__P) && n.__v });
		}
		for (; n = c$1.shift();) {
			var t = n.__H;
			if (n.__P && t) try {
				t.__h.some(C), t.__h.some(D), t.__h = [];
			} catch (r) {
				t.__h = [], a$2.__e(r, n.__v);
			}
		}
	} while (e$1.length);
}
a$2.__b = function(n) {
	r$1 = null, v$1 && v$1(n);
}, a$2.__ = function(n, t) {
	n && t.__k && t.__k.__m && (n.__m = t.__k.__m), p$2 && p$2(n, t);
}, a$2.__r = function(n) {
	l$1 && l$1(n), t$1 = 0;
	var i = (r$1 = n.__c).__H;
	i && (u$2 == r$1 ? r$1.__h = [] : (i.__h.some(C), i.__h.some(D), t$1 = 0), i.__h = [], i.__.some(function(n) {
		n.__N && (n.__ = n.__N), n.u = n.__N = void 0;
	})), u$2 = r$1;
}, a$2.diffed = function(n) {
	m$2 && m$2(n);
	var t = n.__c;
	t && t.__H && (t.__H.__h.length && B(c$1.push(t)), t.__H.__.some(function(n) {
		n.u && (n.__H = n.u);
	})), u$2 = r$1 = null;
}, a$2.__c = function(n, t) {
	t.some(function(n) {
		try {
			n.__h.some(C), n.__h = n.__h.filter(function(n) {
				return !n.__ || D(n);
			});
		} catch (t) {
			n.__h = [function() {
				throw t;
			}];
		}
	}), h$2 && h$2(n, t);
}, a$2.unmount = function(n) {
	s$1 && s$1(n);
	var t, r, u = n.__c;
	u && u.__H && (u.__H.__.some(function(u) {
		try {
			if (u.__P && u.__c) {
				if (void 0 === r) {
					for (r = n.__; r && (!r.__c || !r.__c.__P);) r = r.__;
					r = r && r.__c;
				}
				u.__P = r, B(e$1.push(u));
			} else C(u);
		} catch (n) {
			t = n;
		}
	}), u.__H = void 0, t && a$2.__e(t, u.__v));
};
var k$1 = "function" == typeof requestAnimationFrame;
function z(n) {
	var t, r = function() {
		clearTimeout(u), k$1 && cancelAnimationFrame(t), setTimeout(n);
	}, u = setTimeout(r, 35);
	k$1 && (t = requestAnimationFrame(r));
}
function B(n) {
	1 != n && i$1 == a$2.requestAnimationFrame || ((i$1 = a$2.requestAnimationFrame) || z)(g$2);
}
function C(n) {
	var t = r$1, u = n.__c;
	"function" == typeof u && (n.__c = void 0, u()), r$1 = t;
}
function D(n) {
	var t = r$1;
	n.__c = n.__(), r$1 = t;
}
function E(n, t) {
	return !n || n.length != t.length || t.some(function(t, r) {
		return !o$2(t, n[r]);
	});
}
// node_modules/@preact/signals-core/dist/signals-core.module.js
var i = Symbol.for("preact-signals");
function t() {
	if (!(v > 1)) {
		var i, t = !1;
		(function() {
			var i = c;
			c = void 0;
			while (void 0 !== i) {
				var t = i.S;
				if (t.v === i.v) {
					for (var r = t.t; void 0 !== r; r = r.x) if (r.i === i.i) r.i = t.i;
				}
				i = i.o;
			}
		})();
		while (void 0 !== h$1) {
			var r = h$1;
			h$1 = void 0;
			s++;
			while (void 0 !== r) {
				var n = r.u;
				r.u = void 0;
				r.f &= -3;
				if (!(8 & r.f) && w$1(r)) try {
					r.c();
				} catch (r) {
					if (!t) {
						i = r;
						t = !0;
					}
				}
				r = n;
			}
		}
		s = 0;
		v--;
		if (t) throw i;
	} else v--;
}
function r(i) {
	if (v > 0) return i();
	u$1 = ++e;
	v++;
	try {
		return i();
	} finally {
		t();
	}
}
var n;
var o$1 = void 0;
function f$1(i) {
	var t = o$1, r = n;
	o$1 = void 0;
	n = void 0;
	try {
		return i();
	} finally {
		o$1 = t;
		n = r;
	}
}
var h$1 = void 0;
var v = 0;
var s = 0;
var e = 0;
var u$1 = 0;
var c = void 0;
var a$1 = 0;
function d$1(i) {
	if (void 0 !== o$1) {
		var t = i.n;
		if (void 0 === t || t.t !== o$1) {
			t = {
				i: 0,
				S: i,
				p: o$1.s,
				n: void 0,
				t: o$1,
				e: void 0,
				x: void 0,
				r: t
			};
			if (void 0 !== o$1.s) o$1.s.n = t;
			o$1.s = t;
			i.n = t;
			if (32 & o$1.f) i.S(t);
			return t;
		} else if (-1 === t.i) {
			t.i = 0;
			if (void 0 !== t.n) {
				t.n.p = t.p;
				if (void 0 !== t.p) t.p.n = t.n;
				t.p = o$1.s;
				t.n = void 0;
				o$1.s.n = t;
				o$1.s = t;
			}
			return t;
		}
	}
}
function l(i, t) {
	this.v = i;
	this.i = 0;
	this.n = void 0;
	this.t = void 0;
	this.l = 0;
	this.W = null == t ? void 0 : t.watched;
	this.Z = null == t ? void 0 : t.unwatched;
	this.name = null == t ? void 0 : t.name;
}
l.prototype.brand = i;
l.prototype.h = function() {
	return !0;
};
l.prototype.S = function(i) {
	var t = this, r = this.t;
	if (r !== i && void 0 === i.e) {
		i.x = r;
		this.t = i;
		if (void 0 !== r) r.e = i;
		else f$1(function() {
			var i;
			null == (i = t.W) || i.call(t);
		});
	}
};
l.prototype.U = function(i) {
	var t = this;
	if (void 0 !== this.t) {
		var r = i.e, n = i.x;
		if (void 0 !== r) {
			r.x = n;
			i.e = void 0;
		}
		if (void 0 !== n) {
			n.e = r;
			i.x = void 0;
		}
		if (i === this.t) {
			this.t = n;
			if (void 0 === n) f$1(function() {
				var i;
				null == (i = t.Z) || i.call(t);
			});
		}
	}
};
l.prototype.subscribe = function(i) {
	var t = this;
	return x$1(function() {
		var r = t.value;
		f$1(function() {
			return i(r);
		});
	}, { name: "sub" });
};
l.prototype.valueOf = function() {
	return this.value;
};
l.prototype.toString = function() {
	return this.value + "";
};
l.prototype.toJSON = function() {
	return this.value;
};
l.prototype.peek = function() {
	var i = this;
	return f$1(function() {
		return i.value;
	});
};
Object.defineProperty(l.prototype, "value", {
	get: function() {
		var i = d$1(this);
		if (void 0 !== i) i.i = this.i;
		return this.v;
	},
	set: function(i) {
		if (i !== this.v) {
			if (s > 100) throw new Error("Cycle detected");
			(function(i) {
				if (0 !== v && 0 === s) {
					if (i.l !== u$1) {
						i.l = u$1;
						c = {
							S: i,
							v: i.v,
							i: i.i,
							o: c
						};
					}
				}
			})(this);
			this.v = i;
			this.i++;
			a$1++;
			v++;
			try {
				for (var r = this.t; void 0 !== r; r = r.x) r.t.N();
			} finally {
				t();
			}
		}
	}
});
function y$1(i, t) {
	return new l(i, t);
}
function w$1(i) {
	for (var t = i.s; void 0 !== t; t = t.n) if (t.S.i !== t.i || !t.S.h() || t.S.i !== t.i) return !0;
	return !1;
}
function b$1(i) {
	for (var t = i.s; void 0 !== t; t = t.n) {
		var r = t.S.n;
		if (void 0 !== r) t.r = r;
		t.S.n = t;
		t.i = -1;
		if (void 0 === t.n) {
			i.s = t;
			break;
		}
	}
}
function _$2(i) {
	var t = i.s, r = void 0;
	while (void 0 !== t) {
		var n = t.p;
		if (-1 === t.i) {
			t.S.U(t);
			if (void 0 !== n) n.n = t.n;
			if (void 0 !== t.n) t.n.p = n;
		} else r = t;
		t.S.n = t.r;
		if (void 0 !== t.r) t.r = void 0;
		t = n;
	}
	i.s = r;
}
function j(i, t) {
	l.call(this, void 0, t);
	this.x = i;
	this.s = void 0;
	this.g = a$1 - 1;
	this.f = 4;
}
j.prototype = new l();
j.prototype.h = function() {
	this.f &= -3;
	if (1 & this.f) return !1;
	if (32 == (36 & this.f)) return !0;
	this.f &= -5;
	if (this.g === a$1) return !0;
	this.g = a$1;
	this.f |= 1;
	if (this.i > 0 && !w$1(this)) {
		this.f &= -2;
		return !0;
	}
	var i = o$1;
	try {
		b$1(this);
		o$1 = this;
		var t = this.x();
		if (16 & this.f || this.v !== t || 0 === this.i) {
			this.v = t;
			this.f &= -17;
			this.i++;
		}
	} catch (i) {
		this.v = i;
		this.f |= 16;
		this.i++;
	}
	o$1 = i;
	_$2(this);
	this.f &= -2;
	return !0;
};
j.prototype.S = function(i) {
	if (void 0 === this.t) {
		this.f |= 36;
		for (var t = this.s; void 0 !== t; t = t.n) t.S.S(t);
	}
	l.prototype.S.call(this, i);
};
j.prototype.U = function(i) {
	if (void 0 !== this.t) {
		l.prototype.U.call(this, i);
		if (void 0 === this.t) {
			this.f &= -33;
			for (var t = this.s; void 0 !== t; t = t.n) t.S.U(t);
		}
	}
};
j.prototype.N = function() {
	if (!(2 & this.f)) {
		this.f |= 6;
		for (var i = this.t; void 0 !== i; i = i.x) i.t.N();
	}
};
Object.defineProperty(j.prototype, "value", { get: function() {
	if (1 & this.f) throw new Error("Cycle detected");
	var i = d$1(this);
	this.h();
	if (void 0 !== i) i.i = this.i;
	if (16 & this.f) throw this.v;
	return this.v;
} });
function O(i, t) {
	return new j(i, t);
}
function p$1(i) {
	var r = i.j;
	i.j = void 0;
	if ("function" == typeof r) {
		v++;
		var n = o$1;
		o$1 = void 0;
		try {
			r();
		} catch (t) {
			i.f &= -2;
			i.f |= 8;
			g$1(i);
			throw t;
		} finally {
			o$1 = n;
			t();
		}
	}
}
function g$1(i) {
	for (var t = i.s; void 0 !== t; t = t.n) t.S.U(t);
	i.x = void 0;
	i.s = void 0;
	p$1(i);
}
function S(i) {
	if (o$1 !== this) throw new Error("Out-of-order effect");
	_$2(this);
	o$1 = i;
	this.f &= -2;
	try {
		if (8 & this.f) g$1(this);
	} finally {
		t();
	}
}
function m$1(i, t) {
	this.x = i;
	this.j = void 0;
	this.s = void 0;
	this.u = void 0;
	this.f = 32;
	this.name = null == t ? void 0 : t.name;
	if (n) n.push(this);
}
m$1.prototype.c = function() {
	var i = this.S();
	try {
		if (8 & this.f) return;
		if (void 0 === this.x) return;
		var t = this.x();
		if ("function" == typeof t) this.j = t;
	} finally {
		i();
	}
};
m$1.prototype.S = function() {
	if (1 & this.f) throw new Error("Cycle detected");
	this.f |= 1;
	this.f &= -9;
	p$1(this);
	b$1(this);
	v++;
	var i = o$1;
	o$1 = this;
	return S.bind(this, i);
};
m$1.prototype.N = function() {
	if (!(2 & this.f)) {
		this.f |= 2;
		this.u = h$1;
		h$1 = this;
	}
};
m$1.prototype.d = function() {
	this.f |= 8;
	if (!(1 & this.f)) g$1(this);
};
m$1.prototype.dispose = function() {
	this.d();
};
function x$1(i, t) {
	var r = new m$1(i, t);
	try {
		r.c();
	} catch (i) {
		r.d();
		throw i;
	}
	var n = r.d.bind(r);
	n[Symbol.dispose] = n;
	return n;
}
// node_modules/@preact/signals/dist/signals.module.js
var h;
var d;
var p;
var m = "undefined" != typeof window && !!window.__PREACT_SIGNALS_DEVTOOLS__;
var _$1 = [];
var g = [];
x$1(function() {
	h = this.N;
})();
function b(i, n) {
	n$1[i] = n.bind(null, n$1[i] || function() {});
}
function y(i) {
	if (p) {
		var n = p;
		p = void 0;
		n();
	}
	p = i && i.S();
}
function w(i) {
	var n = this, r = i.data, t = useSignal(r);
	t.name = "ReactiveDom";
	t.value = r;
	var e = w$2(function() {
		var i = n, r = n.__v;
		while (r = r.__) if (r.__c) {
			r.__c.__$f |= 4;
			break;
		}
		var o = O(function() {
			var i = t.value.value;
			return 0 === i ? 0 : !0 === i ? "" : i || "";
		}), e = O(function() {
			return !Array.isArray(o.value) && !r$2(o.value);
		}), u = x$1(function() {
			this.N = M$1;
			if (e.value) {
				var n = o.value;
				if (i.__v && i.__v.__e && 3 === i.__v.__e.nodeType) i.__v.__e.data = n;
			}
		}), c = n.__$u.d;
		n.__$u.d = function() {
			u();
			c.call(this);
		};
		return [e, o];
	}, []), u = e[0], c = e[1];
	return u.value ? c.peek() : c.value;
}
w.displayName = "ReactiveTextNode";
Object.defineProperties(l.prototype, {
	constructor: {
		configurable: !0,
		value: k$2($, null).constructor
	},
	type: {
		configurable: !0,
		value: w
	},
	props: {
		configurable: !0,
		get: function() {
			var i = this;
			return { data: { get value() {
				return i.value;
			} } };
		}
	},
	__b: {
		configurable: !0,
		value: 1
	}
});
b("__b", function(i, n) {
	y();
	d = void 0;
	if ("string" == typeof n.type) {
		var r, t = n.props;
		for (var f in t) if ("children" !== f) {
			var o = t[f];
			if (o instanceof l) {
				if (!r) n.__np = r = {};
				r[f] = o;
				t[f] = o.peek();
			}
		}
	}
	i(n);
});
b("__r", function(i, r) {
	i(r);
	if (r.type !== $) {
		y();
		var t, f = r.__c;
		if (f) {
			f.__$f &= -2;
			if (void 0 === (t = f.__$u)) f.__$u = t = function(i, n) {
				var r;
				x$1(function() {
					r = this;
				}, { name: n });
				r.c = i;
				return r;
			}(function(i) {
				return function() {
					var n;
					if (m) null == (n = this.y) || n.call(this);
					i.__$f |= 1;
					i.setState({});
				};
			}(f), "function" == typeof r.type ? r.type.displayName || r.type.name : "");
		}
		d = f;
		y(t);
	}
});
b("__e", function(i, n, r, t) {
	y();
	d = void 0;
	i(n, r, t);
});
b("diffed", function(i, n) {
	y();
	d = void 0;
	var r;
	if ("string" == typeof n.type && (r = n.__e)) {
		var t = n.__np, f = n.props, o = r.U;
		if (o) for (var e in o) {
			var u = o[e];
			if (!(void 0 === u || t && e in t)) {
				u.d();
				o[e] = void 0;
			}
		}
		if (t) {
			if (!o) {
				o = {};
				r.U = o;
			}
			for (var a in t) {
				var c = o[a], v = t[a];
				if (void 0 === c) {
					c = k(r, a, v, f);
					o[a] = c;
				} else c.o(v, f);
			}
		}
	}
	i(n);
});
function k(i, n, r, t) {
	var f = n in i && void 0 === i.ownerSVGElement, o = y$1(r);
	return {
		o: function(i, n) {
			o.value = i;
			t = n;
		},
		d: x$1(function() {
			this.N = M$1;
			var r = o.value.value;
			if (t[n] !== r) {
				t[n] = r;
				if (f) i[n] = r;
				else if (null != r && (!1 !== r || "-" === n[4])) i.setAttribute(n, r);
				else i.removeAttribute(n);
			}
		})
	};
}
b("unmount", function(i, n) {
	if ("string" == typeof n.type) {
		var r = n.__e;
		if (r) {
			var t = r.U;
			if (t) {
				r.U = void 0;
				for (var f in t) {
					var o = t[f];
					if (o) o.d();
				}
			}
		}
		var e = n.__np;
		if (e) {
			var u = n.props;
			for (var a in e) u[a] = e[a];
		}
		n.__np = void 0;
	} else {
		var c = n.__c;
		if (c) {
			c.__$f |= 8;
			var v = c.__$u;
			if (v) {
				c.__$u = void 0;
				v.d();
			}
		}
	}
	i(n);
});
b("__h", function(i, n, r, t) {
	if (t < 3) n.__$f |= 2;
	i(n, r, t);
});
x$2.prototype.shouldComponentUpdate = function(i, n) {
	if (this.__R) return !0;
	var r = this.__$u, t = r && void 0 !== r.s;
	for (var f in n) return !0;
	if (this.__f || "boolean" == typeof this.u && !0 === this.u) {
		var o = 2 & this.__$f;
		if (!(t || o || 4 & this.__$f)) return !0;
		if (1 & this.__$f) return !0;
	} else {
		if (!(t || 4 & this.__$f)) return !0;
		if (3 & this.__$f) return !0;
	}
	for (var e in i) if ("__source" !== e && i[e] !== this.props[e]) return !0;
	for (var u in this.props) if (!(u in i)) return !0;
	return !1;
};
function useSignal(i, n) {
	return w$2(function() {
		return y$1(i, n);
	}, []);
}
function useComputed(i, n) {
	var r = T$1(i);
	r.current = i;
	d.__$f |= 4;
	return w$2(function() {
		return O(function() {
			return r.current();
		}, n);
	}, []);
}
var q = "undefined" == typeof requestAnimationFrame ? setTimeout : function(i) {
	var n = function() {
		clearTimeout(r);
		cancelAnimationFrame(t);
		i();
	}, r = setTimeout(n, 35), t = requestAnimationFrame(n);
};
var A = function(i) {
	queueMicrotask(function() {
		queueMicrotask(i);
	});
};
function T() {
	r(function() {
		var i;
		while (i = _$1.shift()) h.call(i);
	});
}
function x() {
	if (1 === _$1.push(this)) (n$1.requestAnimationFrame || q)(T);
}
function F() {
	r(function() {
		var i;
		while (i = g.shift()) h.call(i);
	});
}
function M$1() {
	if (1 === g.push(this)) (n$1.requestAnimationFrame || A)(F);
}
function useSignalEffect(i, n) {
	var r = T$1(i);
	r.current = i;
	var t = d;
	A$1(function() {
		return x$1(function() {
			this.N = x;
			if (!(t && 8 & t.__$f)) return r.current();
		}, n);
	}, []);
}
// src/api/container.ts
var ContainerError = class extends Error {};
var MAGIC = "TKI1";
var VERSION = 1;
var CONSTRUCTORS = {
	float32: Float32Array,
	float64: Float64Array,
	int32: Int32Array,
	uint32: Uint32Array,
	uint8: Uint8Array
};
function decodeContainer(buffer) {
	const { header, start } = readHeader(buffer);
	const arrays = new Map();
	for (const entry of header.arrays ?? []) arrays.set(entry.name, readArray(buffer, start, entry));
	return {
		meta: header.meta ?? {},
		arrays,
		size: buffer.byteLength
	};
}
function arrayOf(container, name, type) {
	const array = container.arrays.get(name);
	if (!array) throw new ContainerError(`the answer has no array ${JSON.stringify(name)}`);
	if (!(array.data instanceof type)) throw new ContainerError(`array ${JSON.stringify(name)} is not a ${type.name}`);
	return {
		data: array.data,
		shape: array.shape
	};
}
function readHeader(buffer) {
	if (buffer.byteLength < 8) throw new ContainerError("the answer is too short");
	if (new TextDecoder().decode(new Uint8Array(buffer, 0, 4)) !== MAGIC) throw new ContainerError("the answer is not a number container");
	const length = new DataView(buffer).getUint32(4, true);
	const start = 8 + length;
	if (start > buffer.byteLength) throw new ContainerError("the header is cut off");
	const header = parseJson(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
	if (header.version !== VERSION) throw new ContainerError(`container version ${header.version}: reload the page`);
	return {
		header,
		start
	};
}
function parseJson(text) {
	try {
		return JSON.parse(text);
	} catch {
		throw new ContainerError("the header is not JSON");
	}
}
function readArray(buffer, start, entry) {
	if (!Object.hasOwn(CONSTRUCTORS, entry.dtype)) throw new ContainerError(`array ${JSON.stringify(entry.name)} has an unknown dtype`);
	const constructor = CONSTRUCTORS[entry.dtype];
	const count = entry.shape.reduce((product, length) => product * length, 1);
	const at = start + entry.offset;
	if (at + count * constructor.BYTES_PER_ELEMENT > buffer.byteLength) throw new ContainerError(`array ${JSON.stringify(entry.name)} is cut off`);
	return {
		shape: entry.shape,
		data: new constructor(buffer, at, count)
	};
}
// src/api/queries.ts
var WIDTH$3 = 1500;
var MOST_STEPS = 1e4;
function runsQuery() {
	return {
		url: "runs",
		decode: json
	};
}
function modelQuery(run) {
	return {
		url: `model?${query$1({ run })}`,
		decode: json
	};
}
function tableQuery(request) {
	const pools = request.pools ?? ["last"];
	return {
		url: `table?${query$1({
			run: request.run,
			kind: request.kind,
			statistic: request.statistics.join(","),
			pool: pools.join(","),
			rows: request.rows?.join(":"),
			first_step: request.firstStep,
			last_step: request.lastStep,
			width: WIDTH$3
		})}`,
		decode: container((answer) => readTable(answer, request.statistics, pools))
	};
}
function metricQuery(run, kind, statistic, pooled) {
	return tableQuery({
		run,
		kind,
		statistics: statistic === "ratio" ? ["ratio", "l2"] : [statistic],
		pools: pooled ? [
			"last",
			"min",
			"max"
		] : ["last"]
	});
}
function seriesQuery(run, layer) {
	return {
		url: `series?${query$1({
			run,
			layer,
			width: WIDTH$3
		})}`,
		decode: container(readSeries)
	};
}
function snapshotQuery(run, step) {
	return {
		url: `snapshot?${query$1({
			run,
			step
		})}`,
		decode: container(readSnapshot)
	};
}
function unitsQuery(run, site) {
	return {
		url: `units?${query$1({
			run,
			layer: site,
			width: WIDTH$3
		})}`,
		decode: container(readUnits)
	};
}
function histogramQuery(run, kind, name) {
	return {
		url: `histogram?${query$1({
			run,
			kind,
			name,
			width: WIDTH$3
		})}`,
		decode: container(readHistogram)
	};
}
function lossQuery(run) {
	return {
		url: `loss?${query$1({
			run,
			width: MOST_STEPS
		})}`,
		decode: container(readLoss)
	};
}
function query$1(parameters) {
	return Object.entries(parameters).filter(([, value]) => value !== void 0).map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join("&");
}
async function json(response) {
	const text = await response.text();
	return {
		value: JSON.parse(text),
		size: 2 * text.length
	};
}
function container(read) {
	return async (response) => {
		const answer = decodeContainer(await response.arrayBuffer());
		return {
			value: read(answer),
			size: answer.size
		};
	};
}
var valuesKey = (statistic, pool = "last") => `${statistic}/${pool}`;
function readSeries(answer) {
	const kinds = answer.meta.kinds;
	const tables = Object.entries(kinds).map(([kind, meta]) => {
		const array = (name) => arrayOf(answer, `${kind}/${name}`, Float32Array).data;
		return [kind, {
			...meta,
			kind,
			steps: arrayOf(answer, `${kind}/steps`, Float64Array).data,
			firstSteps: arrayOf(answer, `${kind}/first_steps`, Float64Array).data,
			values: new Map(meta.statistics.map((key) => [valuesKey(key), array(valuesKey(key))])),
			size: answer.size
		}];
	});
	return {
		layer: answer.meta.layer,
		tables: new Map(tables),
		size: answer.size
	};
}
function readSnapshot(answer) {
	const kinds = answer.meta.kinds;
	const tables = Object.entries(kinds).map(([kind, meta]) => {
		const { data } = arrayOf(answer, kind, Float32Array);
		const width = meta.statistics.length;
		const column = (place) => Float32Array.from(meta.names, (_, row) => data[row * width + place]);
		const steps = Float64Array.of(meta.step);
		const values = new Map(meta.statistics.map((key, place) => [valuesKey(key), column(place)]));
		return [kind, {
			...meta,
			kind,
			steps,
			firstSteps: steps,
			samples: 1,
			values,
			size: 0
		}];
	});
	return {
		requestedStep: answer.meta.requested_step,
		tables: new Map(tables),
		size: answer.size
	};
}
function readTable(answer, statistics, pools) {
	const { meta } = answer;
	const names = meta.names;
	const steps = arrayOf(answer, "steps", Float64Array).data;
	const values = new Map();
	for (const statistic of statistics) for (const pool of pools) {
		const key = valuesKey(statistic, pool);
		const { data, shape } = arrayOf(answer, key, Float32Array);
		if (shape[0] !== names.length || shape[1] !== steps.length) throw new ContainerError(`array ${JSON.stringify(key)} has another shape than the table`);
		values.set(key, data);
	}
	return {
		kind: meta.kind,
		names,
		steps,
		firstSteps: arrayOf(answer, "first_steps", Float64Array).data,
		samples: meta.samples,
		definitions: meta.definitions ?? {},
		values,
		size: answer.size
	};
}
function readUnits(answer) {
	const steps = arrayOf(answer, "steps", Float64Array).data;
	const { data: maxAbs, shape } = arrayOf(answer, "max_abs", Float32Array);
	return {
		site: answer.meta.layer,
		steps,
		firstSteps: arrayOf(answer, "first_steps", Float64Array).data,
		maxAbs,
		dead: arrayOf(answer, "dead", Uint8Array).data,
		units: shape[0],
		window: answer.meta.window,
		windowSamples: arrayOf(answer, "window_samples", Int32Array).data,
		size: answer.size
	};
}
function readHistogram(answer) {
	return {
		kind: answer.meta.kind,
		name: answer.meta.name,
		steps: arrayOf(answer, "steps", Float64Array).data,
		firstSteps: arrayOf(answer, "first_steps", Float64Array).data,
		edges: arrayOf(answer, "edges", Float64Array).data,
		counts: arrayOf(answer, "counts", Uint32Array).data,
		size: answer.size
	};
}
function readLoss(answer) {
	const steps = arrayOf(answer, "steps", Float64Array).data;
	const series = (name) => answer.arrays.has(name) ? arrayOf(answer, name, Float32Array).data : new Float32Array(steps.length).fill(NaN);
	const names = answer.meta.epoch_names ?? [];
	return {
		steps,
		loss: series("loss"),
		learningRate: series("learning_rate"),
		epochSteps: answer.arrays.has("epoch_steps") ? arrayOf(answer, "epoch_steps", Float64Array).data : new Float64Array(0),
		epochs: new Map(names.map((name) => [name, arrayOf(answer, `epoch/${name}`, Float32Array).data])),
		size: answer.size
	};
}
// src/api/findings.ts
function findingsQuery(run, thresholds) {
	return {
		url: `findings?${query$1({
			...Object.fromEntries(thresholds),
			run
		})}`,
		decode: json,
		patient: true
	};
}
// src/draw/time_scale.ts
function domainOf(steps) {
	const count = steps.length;
	if (count === 0) return {
		first: 0,
		end: 1
	};
	const distances = [];
	for (let i = 1; i < count; i++) distances.push(steps[i] - steps[i - 1]);
	distances.sort((a, b) => a - b);
	const interval = Math.max(1, distances[distances.length >> 1] ?? 1);
	return {
		first: steps[0],
		end: steps[count - 1] + interval
	};
}
function stepToX(step, domain, width) {
	return (step - domain.first) / (domain.end - domain.first) * width;
}
function xToStep(x, domain, width) {
	return domain.first + x / width * (domain.end - domain.first);
}
function lastAtMost(sorted, value) {
	let low = 0;
	let high = sorted.length;
	while (low < high) {
		const middle = low + high >> 1;
		if (sorted[middle] <= value) low = middle + 1;
		else high = middle;
	}
	return low - 1;
}
function sampleAt(steps, step) {
	if (steps.length === 0) return -1;
	return Math.max(0, lastAtMost(steps, step));
}
function bandEnd(steps, position) {
	const next = steps[position + 1];
	return next === void 0 ? Number.MAX_SAFE_INTEGER : next - 1;
}
function columnSpans(firstSteps, domain, width) {
	const from = new Int32Array(width);
	const to = new Int32Array(width);
	for (let x = 0; x < width; x++) {
		const start = lastAtMost(firstSteps, xToStep(x, domain, width));
		const end = lastAtMost(firstSteps, xToStep(x + 1, domain, width) - 1e-9);
		from[x] = Math.max(0, start);
		to[x] = end + 1;
	}
	return {
		from,
		to
	};
}
// src/state/layers.ts
function layersOf(model) {
	const layers = model.layers.map((info, index) => ({
		info,
		path: info.path,
		variables: model.variables.filter((variable) => variable.layer === index),
		sites: model.sites.filter((site) => site.layer === index)
	}));
	const own = model.variables.filter((variable) => variable.layer < 0);
	if (own.length) layers.push(modelLayer(model, own));
	return layers.filter((layer) => layer.variables.length + layer.sites.length > 0);
}
function modelLayer(model, variables) {
	const info = {
		path: "(model)",
		class_name: model.class_name,
		activation: "",
		parent: -1,
		output_shape: [],
		parameters: 0,
		trainable: true,
		dtype: ""
	};
	return {
		info,
		path: info.path,
		variables,
		sites: []
	};
}
function rowsOf$1(layer, kind) {
	if (kind === "activation" || kind === "representation") return layer?.sites.map((site) => site.name) ?? [];
	return layer?.variables.map((variable) => variable.path) ?? [];
}
function layerOfRow(layers, name) {
	return layers.find((layer) => layer.sites.some((site) => site.name === name) || layer.variables.some((variable) => variable.path === name));
}
function nameFilter(pattern) {
	if (!pattern) return {
		matches: () => true,
		valid: true
	};
	try {
		const expression = new RegExp(pattern, "i");
		return {
			matches: (name) => expression.test(name),
			valid: true
		};
	} catch {
		const plain = pattern.toLowerCase();
		return {
			matches: (name) => name.toLowerCase().includes(plain),
			valid: false
		};
	}
}
function splitPath(path) {
	const at = path.lastIndexOf("/") + 1;
	return [path.slice(0, at), path.slice(at)];
}
// src/state/statistics.ts
var STATISTICS = {
	l2: {
		title: "L2 norm",
		short: "L2",
		format: "number",
		scale: "log",
		definition: "Square root of the sum of squares."
	},
	mean: {
		title: "Mean",
		short: "mean",
		format: "number",
		scale: "linear",
		definition: "Arithmetic mean of all elements."
	},
	std: {
		title: "Standard deviation",
		short: "std",
		format: "number",
		scale: "log",
		definition: "Standard deviation of all elements."
	},
	max_abs: {
		title: "Largest magnitude",
		short: "max |x|",
		format: "number",
		scale: "log",
		definition: "Largest absolute value."
	},
	zero_fraction: {
		title: "Zeros",
		short: "zeros",
		format: "percent",
		scale: "linear",
		definition: "Share of elements that are exactly zero."
	},
	nonfinite_count: {
		title: "Non-finite values",
		short: "NaN",
		format: "count",
		scale: "linear",
		definition: "Number of elements that are NaN or infinite."
	},
	ratio: {
		title: "Update ratio",
		short: "ratio",
		format: "number",
		scale: "log",
		definition: "L2 norm of the update divided by the L2 norm of the weights.",
		nanIsMissing: true
	},
	saturated_fraction: {
		title: "Saturated",
		short: "saturated",
		format: "percent",
		scale: "linear",
		definition: "Share of outputs on the flat part of the activation function.",
		nanIsMissing: true
	},
	effective_rank: {
		title: "Effective rank",
		short: "rank",
		format: "count",
		scale: "linear",
		definition: "Directions that hold 99 % of the variance of the output over the probe samples."
	},
	rank_fraction: {
		title: "Rank share",
		short: "rank share",
		format: "percent",
		scale: "linear",
		definition: "Effective rank divided by the largest one possible."
	},
	learning_rate: {
		title: "Learning rate",
		short: "rate",
		format: "number",
		scale: "log",
		definition: "Learning rate of the optimizer.",
		nanIsMissing: true
	},
	loss: {
		title: "Loss",
		short: "loss",
		format: "number",
		scale: "log",
		definition: "The loss of the batch, or of the epoch."
	},
	gradient_norm: {
		title: "Gradient norm",
		short: "norm",
		format: "number",
		scale: "log",
		definition: "L2 norm of all gradients together, before clipping."
	},
	min: {
		title: "Smallest",
		short: "min",
		format: "number",
		scale: "linear",
		definition: "Smallest element."
	},
	max: {
		title: "Largest",
		short: "max",
		format: "number",
		scale: "linear",
		definition: "Largest element."
	},
	dead_fraction: {
		title: "Dead units",
		short: "dead",
		format: "percent",
		scale: "linear",
		definition: "Share of units that were zero for every input of the window.",
		nanIsMissing: true
	}
};
var KINDS$1 = {
	gradient: "Gradient",
	weight: "Weight",
	update: "Update",
	activation: "Activation"
};
var TIME_KINDS = {
	...KINDS$1,
	representation: "Representation",
	input: "Input",
	target: "Target",
	step: "Training step",
	epoch: "Epoch"
};
var TENSOR = [
	"l2",
	"mean",
	"std",
	"max_abs",
	"zero_fraction",
	"nonfinite_count"
];
var RANGE = [
	"min",
	"max",
	"mean",
	"std",
	"nonfinite_count"
];
var OTHERS = {
	representation: [
		"effective_rank",
		"rank_fraction",
		"dimensions",
		"observations"
	],
	input: RANGE,
	target: RANGE,
	step: [
		"loss",
		"learning_rate",
		"gradient_norm",
		"gradient_norm_clipped",
		"epoch"
	],
	epoch: ["loss", "val_loss"]
};
function statisticsOf(kind) {
	if (kind === "update") return [...TENSOR, "ratio"];
	if (kind === "activation") return [
		...TENSOR,
		"saturated_fraction",
		"dead_fraction"
	];
	if (kind in OTHERS) return OTHERS[kind];
	return TENSOR;
}
function statisticInfo(statistic) {
	return STATISTICS[statistic] ?? {
		title: statistic,
		short: statistic,
		format: "number",
		scale: "linear",
		definition: ""
	};
}
// src/state/findings.ts
var PROBLEMS = {
	non_finite: "values that are not finite",
	output_mismatch: "an output that does not fit the targets",
	unnormalised_input: "input that is not normalised",
	exploding_gradient: "exploding gradients",
	dying_relu: "dead ReLU units",
	vanishing_gradient: "vanishing gradients",
	saturated_activation: "saturated activations",
	untrained_layer: "layers that do not train",
	oscillating_loss: "an oscillating loss",
	slow_convergence: "slow convergence",
	overfitting: "overfitting"
};
var SEVERITIES = {
	error: "Error",
	warning: "Warning",
	note: "Note"
};
var RANKS = {
	error: 3,
	warning: 2,
	note: 1
};
function keyOf({ problem, where }) {
	return `${problem}:${where.layers[0] ?? where.variables[0] ?? ""}`;
}
function flatten(findings) {
	return findings.flatMap((finding) => [finding, ...flatten(finding.related)]);
}
function findingsByLayer(findings) {
	const found = new Map();
	for (const finding of flatten(findings)) for (const path of new Set(finding.where.layers)) found.set(path, [...found.get(path) ?? [], finding]);
	for (const each of found.values()) each.sort((a, b) => rankOf(b) - rankOf(a));
	return found;
}
var rankOf = (finding) => finding ? RANKS[finding.severity] : 0;
function placeOfFinding(finding, layers) {
	const [dead] = finding.where.units;
	const owner = dead && layerOfRow(layers, dead.site);
	if (finding.problem === "dying_relu" && owner && dead.indices.length) return {
		view: "units",
		layer: owner.path,
		unit: dead.indices[0]
	};
	const evidence = finding.evidence.find(({ kind }) => kind in TIME_KINDS);
	const place = evidence && placeOfEvidence(evidence, layers);
	const layer = place?.layer ?? layers.find(({ path }) => finding.where.layers.includes(path))?.path;
	return {
		...place ?? { view: "overview" },
		...layer !== void 0 && { layer }
	};
}
function placeOfEvidence({ kind, statistic, row }, layers) {
	if (!(kind in TIME_KINDS)) return void 0;
	const layer = layerOfRow(layers, row)?.path;
	return {
		view: "time",
		kind,
		statistic,
		...layer !== void 0 && { layer }
	};
}
function readThresholds(text) {
	const pairs = text.split(",").map((part) => part.split(":"));
	return new Map(pairs.filter(([name, value]) => /^\w{1,64}$/.test(name) && value && Number.isFinite(Number(value))).map(([name, value]) => [name, Number(value)]));
}
function setThreshold(text, name, value) {
	const values = readThresholds(text);
	values.delete(name);
	if (value !== void 0) values.set(name, value);
	return [...values].map(([key, number]) => `${key}:${number}`).join(",");
}
var SLIDER_DECADES = 2;
function sliderScale(low, high) {
	const log = low > 0 && Math.log10(high / low) >= SLIDER_DECADES;
	const clamp = (share) => Math.min(1, Math.max(0, share));
	return {
		position: (value) => clamp(log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low)),
		value: (share) => {
			const exact = log ? low * (high / low) ** share : low + share * (high - low);
			return Math.min(high, Math.max(low, Number(exact.toPrecision(3))));
		}
	};
}
// src/state/player.ts
var FRAME_MILLISECONDS = 100;
var LONGEST_SECONDS = 30;
var Player = class {
	session;
	playing = y$1(false);
	constructor(session) {
		this.session = session;
		x$1(() => {
			if (!this.playing.value || !session.host.visible.value) return void 0;
			const timer = setInterval(() => this.advance(), FRAME_MILLISECONDS);
			return () => clearInterval(timer);
		});
	}
	toggle() {
		const { session } = this;
		const last = session.steps.peek().length - 1;
		if (!this.playing.peek() && session.position.peek() >= last) session.move(-last);
		this.playing.value = !this.playing.peek();
	}
	stop() {
		this.playing.value = false;
	}
	advance() {
		const { session } = this;
		const last = session.steps.peek().length - 1;
		session.move(Math.ceil(last * FRAME_MILLISECONDS / (LONGEST_SECONDS * 1e3)));
		if (session.position.peek() >= last) this.stop();
	}
};
// src/state/resource.ts
var IDLE = {
	data: void 0,
	error: void 0,
	loading: false,
	stale: false,
	url: ""
};
var Resource = class {
	client;
	current = y$1(IDLE);
	attempt = y$1(0);
	url = "";
	held = "";
	abort;
	stop;
	fresh;
	constructor(client, request, enabled) {
		this.client = client;
		this.fresh = O(() => {
			const url = request()?.query.url;
			const { data, url: answered } = this.current.value;
			return url !== void 0 && url === answered ? data : void 0;
		});
		this.stop = x$1(() => {
			const wanted = request();
			const attempts = this.attempt.value;
			if (enabled.value && attempts >= 0) f$1(() => void this.follow(wanted));
		});
	}
	get state() {
		return this.current;
	}
	get data() {
		return this.current.value.data;
	}
	retry() {
		this.held = "";
		this.attempt.value++;
	}
	dispose() {
		this.stop();
		this.abort?.abort();
	}
	async follow(wanted) {
		if (!wanted) {
			this.abort?.abort();
			this.held = this.url = "";
			this.current.value = IDLE;
			return;
		}
		const { query, version } = wanted;
		const key = `${version} ${query.url}`;
		if (key === this.held) return;
		this.abort?.abort();
		const known = this.client.peek(query.url, version);
		if (known !== void 0) {
			this.settle(query.url, key, known);
			return;
		}
		await this.load(query, version, key);
	}
	async load(query, version, key) {
		const abort = this.abort = new AbortController();
		const { data } = this.current.value;
		const stale = data !== void 0 && query.url !== this.url;
		this.held = key;
		this.current.value = {
			data,
			error: void 0,
			loading: true,
			stale,
			url: this.url
		};
		try {
			if (query.patient) await this.client.quiet();
			if (abort.signal.aborted) return;
			const value = await this.client.get(query.url, version, query.decode, abort.signal);
			if (!abort.signal.aborted) this.settle(query.url, key, value);
		} catch (error) {
			if (abort.signal.aborted) return;
			this.current.value = {
				data,
				error: messageOf(error),
				loading: false,
				stale,
				url: this.url
			};
		}
	}
	settle(url, key, data) {
		this.url = url;
		this.held = key;
		this.current.value = {
			data,
			error: void 0,
			loading: false,
			stale: false,
			url
		};
	}
};
var messageOf = (error) => error instanceof Error ? error.message : String(error);
function useResource(client, request, enabled) {
	const resource = w$2(() => new Resource(client, request, enabled), [client]);
	A$1(() => () => resource.dispose(), [resource]);
	return resource;
}
// src/state/runs_feed.ts
var SHORTEST_POLL = 5e3;
var LONGEST_POLL = 6e4;
var RunsFeed = class {
	client;
	polling;
	visible;
	state = y$1({
		data: void 0,
		error: void 0,
		loading: true,
		stale: false
	});
	timer;
	interval = SHORTEST_POLL;
	etags = "";
	stop;
	wanted = O(() => this.polling.value || this.visible.value && !this.state.value.data);
	constructor(client, polling, visible) {
		this.client = client;
		this.polling = polling;
		this.visible = visible;
		this.stop = x$1(() => {
			if (this.wanted.value) this.schedule(0);
			else clearTimeout(this.timer);
		});
	}
	async refresh() {
		this.interval = SHORTEST_POLL;
		await this.ask();
	}
	dispose() {
		this.stop();
		clearTimeout(this.timer);
	}
	schedule(milliseconds) {
		clearTimeout(this.timer);
		this.timer = setTimeout(() => void this.ask(), milliseconds);
	}
	async ask() {
		const query = runsQuery();
		try {
			const data = await this.client.get(query.url, "", query.decode);
			this.slowDown(data);
			if (data !== this.state.peek().data || this.state.peek().error) this.state.value = {
				data,
				error: void 0,
				loading: false,
				stale: false
			};
		} catch (error) {
			const { data } = this.state.peek();
			const message = error instanceof Error ? error.message : String(error);
			this.state.value = {
				data,
				error: message,
				loading: false,
				stale: data !== void 0
			};
		}
		if (this.wanted.peek()) this.schedule(this.interval);
	}
	slowDown(data) {
		const etags = data.runs.map((run) => run.etag).join(" ");
		const changed = etags !== this.etags;
		this.etags = etags;
		this.interval = changed ? SHORTEST_POLL : Math.min(2 * this.interval, LONGEST_POLL);
	}
};
// src/draw/unit_order.ts
var UNIT_ORDERS = [
	"unit",
	"death",
	"activity"
];
function deadSince({ steps, dead }, unit, column) {
	const start = unit * steps.length;
	let first = column + 1;
	while (first > 0 && dead[start + first - 1]) first--;
	return first <= column ? first : -1;
}
function deadCount({ units, steps, dead }, column) {
	let count = 0;
	for (let unit = 0; unit < units; unit++) count += dead[unit * steps.length + column];
	return count;
}
function deadCounts(grid) {
	return Float32Array.from(grid.steps, (_, column) => deadCount(grid, column));
}
function meanActivity({ steps, maxAbs }, unit) {
	const row = maxAbs.subarray(unit * steps.length, (unit + 1) * steps.length);
	let [sum, count] = [0, 0];
	for (const value of row) {
		if (!Number.isFinite(value)) continue;
		sum += value;
		count++;
	}
	return sum / count;
}
function medianOverUnits({ units, steps, maxAbs }) {
	const column = new Float32Array(units);
	return Float32Array.from(steps, (_, at) => {
		for (let unit = 0; unit < units; unit++) column[unit] = maxAbs[unit * steps.length + at];
		const finite = column.filter(Number.isFinite).sort();
		return finite.length ? finite[finite.length >> 1] : NaN;
	});
}
function orderUnits(grid, order) {
	const units = Int32Array.from({ length: grid.units }, (_, unit) => unit);
	if (order === "unit") return units;
	const last = grid.steps.length - 1;
	const rank = Float64Array.from(units, (unit) => {
		if (order === "activity") return -meanActivity(grid, unit);
		const since = deadSince(grid, unit, last);
		return since < 0 ? Infinity : since;
	});
	const key = (unit) => Number.isNaN(rank[unit]) ? Infinity : rank[unit];
	return units.sort((a, b) => key(a) === key(b) ? a - b : key(a) - key(b));
}
function takeRows(values, columns, order) {
	const taken = values.slice();
	order.forEach((row, place) => {
		taken.set(values.subarray(row * columns, (row + 1) * columns), place * columns);
	});
	return taken;
}
var never = () => false;
var MOST_DECADES = 12;
var LARGEST_CHANGE = 10;
function encode(grid, name, isMissing = never, fixed) {
	const extent = extentOf$1(grid.values);
	if (name !== "linear" && extent.minimum < 0) return encode(grid, "linear", isMissing, fixed);
	if (name === "relative") return encodeRelative(grid, isMissing);
	return encodeWith(grid, name === "log" ? logScale(extent, fixed) : linearScale(extent, fixed), isMissing);
}
function encodeWith(grid, scale, isMissing) {
	const log = scale.name === "log";
	const low = log ? Math.log(scale.low) : scale.low;
	const high = log ? Math.log(scale.high) : scale.high;
	const factor = high > low ? 252 / (high - low) : 0;
	return fill(grid, scale, isMissing, (value) => {
		if (log && value === 0) return 1;
		return clampCode(factor ? ((log ? Math.log(value) : value) - low) * factor : 126);
	});
}
function encodeRelative(grid, isMissing) {
	const medians = rowMedians(grid);
	let reach = .1;
	for (let row = 0; row < grid.rows; row++) for (let column = 0; column < grid.columns; column++) {
		const value = grid.values[row * grid.columns + column];
		const change = Math.abs(Math.log2(value / medians[row]));
		if (Number.isFinite(change) && change > reach) reach = change;
	}
	reach = Math.min(reach, LARGEST_CHANGE);
	const scale = {
		name: "relative",
		low: -reach,
		high: reach,
		diverging: true
	};
	const factor = 252 / (2 * reach);
	return fill(grid, scale, isMissing, (value, row) => {
		if (value === 0) return 1;
		const change = Math.log2(value / medians[row]);
		return Number.isFinite(change) ? clampCode((change + reach) * factor) : 254;
	});
}
function fill(grid, scale, isMissing, code) {
	const codes = new Uint8Array(grid.rows * grid.columns);
	let zeros = 0;
	let nonfinite = 0;
	for (let row = 0, index = 0; row < grid.rows; row++) for (let column = 0; column < grid.columns; column++, index++) {
		const value = grid.values[index];
		if (!Number.isFinite(value)) {
			if (Number.isNaN(value) && isMissing(index)) continue;
			codes[index] = 255;
			nonfinite++;
			continue;
		}
		codes[index] = code(value, row);
		if (codes[index] === 1) zeros++;
	}
	return {
		codes,
		scale,
		zeros,
		nonfinite
	};
}
function extentOf$1(values) {
	let [minimum, maximum, positive] = [
		Infinity,
		-Infinity,
		Infinity
	];
	for (const value of values) {
		if (!Number.isFinite(value)) continue;
		if (value < minimum) minimum = value;
		if (value > maximum) maximum = value;
		if (value > 0 && value < positive) positive = value;
	}
	return {
		minimum,
		maximum,
		positive
	};
}
function logScale(extent, fixed) {
	const high = fixed?.[1] ?? (extent.maximum > 0 ? extent.maximum : 1);
	const smallest = Math.min(extent.positive, high);
	return {
		name: "log",
		low: fixed?.[0] ?? Math.max(smallest, high / 10 ** MOST_DECADES),
		high,
		diverging: false
	};
}
function linearScale(extent, fixed) {
	if (fixed) return {
		name: "linear",
		low: fixed[0],
		high: fixed[1],
		diverging: fixed[0] < 0
	};
	if (extent.minimum > extent.maximum) return {
		name: "linear",
		low: 0,
		high: 1,
		diverging: false
	};
	if (extent.minimum < 0) {
		const reach = Math.max(-extent.minimum, extent.maximum);
		return {
			name: "linear",
			low: -reach,
			high: reach,
			diverging: true
		};
	}
	return {
		name: "linear",
		low: extent.minimum,
		high: extent.maximum,
		diverging: false
	};
}
function rowMedians(grid) {
	const medians = new Float64Array(grid.rows).fill(NaN);
	for (let row = 0; row < grid.rows; row++) {
		const values = grid.values.slice(row * grid.columns, (row + 1) * grid.columns).filter((value) => Number.isFinite(value) && value > 0).sort();
		if (values.length) medians[row] = values[values.length >> 1];
	}
	return medians;
}
var clampCode = (position) => Math.min(254, Math.max(2, Math.round(position) + 2));
// src/draw/colour_maps.ts
var SEQUENTIAL = [
	"viridis",
	"inferno",
	"cividis",
	"greys"
];
var ANCHORS = {
	viridis: "440154 481a6c 472f7d 414487 39568c 31688e 2a788e 23888e 1f988b 22a884 35b779 54c568 7ad151 a5db36 d2e21b fde725",
	inferno: "000004 0c0826 240c4f 420a68 5d126e 781c6d 932667 ae305c c73e4c dd513a ed6925 f8850f fca50a fac62d f2e661 fcffa4",
	cividis: "00204c 00306f 2a406c 48526b 5e626e 727374 878479 9e9677 b6a971 d0be67 ead357 ffea46",
	greys: "111111 f5f5f5"
};
var DIVERGING = {
	light: "123f78 3f7fc0 9dc3e6 f4f4f4 f3bc82 d9771f 8a3b00",
	dark: "a9d4ff 5b9bd8 2f5f92 333333 96561c d98a3d ffcf9e"
};
var NONFINITE$1 = [
	236,
	0,
	140
];
var ZERO = {
	light: [
		158,
		158,
		158
	],
	dark: [
		110,
		110,
		110
	]
};
var cache = new Map();
function colourTable(name, theme) {
	const key = `${name} ${theme}`;
	let table = cache.get(key);
	if (!table) {
		table = buildTable(name === "diverging" ? DIVERGING[theme] : ANCHORS[name], theme);
		cache.set(key, table);
	}
	return table;
}
function pictureTable(name, theme) {
	const key = `picture ${name} ${theme}`;
	let table = cache.get(key);
	if (!table) {
		const anchors = parse(name === "diverging" ? DIVERGING[theme] : ANCHORS[name]);
		table = Uint32Array.from({ length: 256 }, (_, code) => pack(interpolate(anchors, code / 254)));
		table[255] = pack(NONFINITE$1);
		cache.set(key, table);
	}
	return table;
}
function cssColour(name, theme, position) {
	return `rgb(${interpolate(parse(name === "diverging" ? DIVERGING[theme] : ANCHORS[name]), position).join(" ")})`;
}
function cssGradient(name, theme) {
	return `linear-gradient(to right, ${Array.from({ length: 17 }, (_, i) => cssColour(name, theme, i / 16)).join(", ")})`;
}
var zeroColour = (theme) => `rgb(${ZERO[theme].join(" ")})`;
var nonfiniteColour = `rgb(${NONFINITE$1.join(" ")})`;
function buildTable(hex, theme) {
	const anchors = parse(hex);
	const table = new Uint32Array(256);
	for (let code = 2; code <= 254; code++) table[code] = pack(interpolate(anchors, (code - 2) / 252));
	table[0] = 0;
	table[1] = pack(ZERO[theme]);
	table[255] = pack(NONFINITE$1);
	return table;
}
function parse(hex) {
	return hex.split(" ").map((text) => {
		const value = parseInt(text, 16);
		return [
			value >> 16,
			value >> 8 & 255,
			value & 255
		];
	});
}
function interpolate(anchors, position) {
	const at = Math.min(1, Math.max(0, position)) * (anchors.length - 1);
	const index = Math.min(anchors.length - 2, Math.floor(at));
	const mix = (channel) => {
		const a = anchors[index][channel];
		return Math.round(a + (anchors[index + 1][channel] - a) * (at - index));
	};
	return [
		mix(0),
		mix(1),
		mix(2)
	];
}
function pack([red, green, blue]) {
	return (255 << 24 | blue << 16 | green << 8 | red) >>> 0;
}
// src/state/view_names.ts
var VIEW_TITLES = {
	overview: "Overview",
	time: "Over time",
	distributions: "Distributions",
	activations: "Activations",
	units: "Units",
	weights: "Weights",
	graph: "Graph",
	compare: "Compare"
};
var VIEWS = Object.keys(VIEW_TITLES);
// src/state/settings.ts
var PICTURES = [
	"maps",
	"attention",
	"saliency",
	"grad_cam",
	"functions"
];
var text = (initial) => ({
	initial,
	parse: (value) => value
});
function oneOf(initial, values) {
	return {
		initial,
		parse: (value) => values.find((candidate) => candidate === value)
	};
}
var wholeNumber = {
	initial: void 0,
	parse: (value) => /^\d{1,15}$/.test(value) ? Number(value) : void 0
};
var CODECS = {
	run: text(""),
	step: wholeNumber,
	compare: text(""),
	layer: text(""),
	view: oneOf("overview", VIEWS),
	kind: oneOf("gradient", Object.keys(TIME_KINDS)),
	statistic: {
		initial: "l2",
		parse: (value) => /^\w{1,64}$/.test(value) ? value : void 0
	},
	scale: oneOf("auto", [
		"auto",
		"log",
		"linear",
		"relative"
	]),
	colours: oneOf("viridis", SEQUENTIAL),
	filter: text(""),
	order: text("model"),
	range: oneOf("map", ["map", "shared"]),
	tensor: text(""),
	density: oneOf("density", ["density", "ridges"]),
	picture: oneOf("maps", PICTURES),
	opacity: {
		...wholeNumber,
		initial: 60
	},
	unit: wholeNumber,
	unitOrder: oneOf("unit", UNIT_ORDERS),
	graphBy: text("gradient.l2"),
	blocks: text(""),
	lineForm: oneOf("auto", [
		"auto",
		"lines",
		"bands"
	]),
	pins: text(""),
	weightCurve: oneOf("ratio", [
		"ratio",
		"growth",
		"norm",
		"picture"
	]),
	finding: text(""),
	thresholds: text(""),
	asTable: oneOf("no", ["no", "yes"])
};
var KEYS = Object.keys(CODECS);
function createSettings() {
	return Object.fromEntries(KEYS.map((key) => [key, y$1(CODECS[key].initial)]));
}
function readSettings(settings, entries) {
	const set = (key) => {
		const given = entries.get(key);
		const value = given === void 0 ? void 0 : CODECS[key].parse(given);
		settings[key].value = value ?? CODECS[key].initial;
	};
	KEYS.forEach(set);
}
function writeSettings(settings) {
	const entries = new Map();
	for (const key of KEYS) {
		const value = settings[key].value;
		if (value !== CODECS[key].initial) entries.set(key, String(value));
	}
	return entries;
}
// src/state/session.ts
var SETTLE_MILLISECONDS = 60;
var NO_STEPS = new Float64Array(0);
var Session = class {
	host;
	client;
	settings = createSettings();
	runs;
	model;
	loss;
	findings;
	otherFindings;
	snapshot;
	player;
	helpOpen = y$1(false);
	thresholdsOpen = y$1(false);
	sheet = y$1(void 0);
	constructor(host, client) {
		this.host = host;
		this.client = client;
		readSettings(this.settings, host.readState());
		host.onStateChange(() => readSettings(this.settings, host.readState()));
		x$1(() => host.writeState(writeSettings(this.settings)));
		this.runs = new RunsFeed(client, this.live, host.visible);
		host.onReload(() => {
			if (host.visible.peek()) this.runs.refresh();
		});
		this.model = new Resource(client, () => requestOf(this.chosen.value, modelQuery), host.visible);
		this.loss = new Resource(client, () => this.request(lossQuery), host.visible);
		const findings = (run) => findingsQuery(run, this.thresholds.value);
		this.findings = new Resource(client, () => this.request(findings), host.visible);
		this.otherFindings = new Resource(client, () => this.comparing.value ? requestOf(this.other.value, findings) : void 0, host.visible);
		this.snapshot = new Resource(client, () => this.snapshotRequest(), host.visible);
		this.player = new Player(this);
		x$1(() => {
			const [step, until] = [this.step.value, this.shownUntil.value];
			const timer = setTimeout(() => {
				this.settledStep.value = step;
				this.restUntil.value = until;
			}, SETTLE_MILLISECONDS);
			return () => clearTimeout(timer);
		});
	}
	live = O(() => this.host.visible.value && this.settings.step.value === void 0);
	chosen = O(() => {
		const runs = this.runs.state.value.data?.runs ?? [];
		const name = this.settings.run.value;
		if (name) return runs.find((run) => run.name === name);
		return runs.reduce((newest, run) => newest && newest.wall_time >= run.wall_time ? newest : run, void 0);
	});
	shownName = "";
	run = O(() => {
		const chosen = this.chosen.value;
		const { url, error, data } = this.model.state.value;
		if (!chosen) return void 0;
		if (data !== void 0 && url === modelQuery(chosen.name).url || error !== void 0) this.shownName = chosen.name;
		return this.runs.state.value.data?.runs.find(({ name }) => name === this.shownName);
	});
	runKey = O(() => {
		const run = this.run.value;
		return run ? `${run.etag}\n${run.name}` : "";
	});
	request(query) {
		const [version, ...name] = this.runKey.value.split("\n");
		return this.runKey.value ? {
			query: query(name.join("\n")),
			version
		} : void 0;
	}
	other = O(() => {
		const runs = this.runs.state.value.data?.runs ?? [];
		const [name, own] = [this.settings.compare.value, this.run.value?.name];
		return name ? runs.find((run) => run.name === name) : runs.find((run) => run.name !== own);
	});
	comparing = O(() => this.settings.view.value === "compare" && this.other.value !== void 0);
	thresholds = O(() => readThresholds(this.settings.thresholds.value));
	layerFindings = O(() => findingsByLayer(this.findings.data?.findings ?? []));
	has(kind) {
		return this.run.value?.kinds.includes(kind) ?? false;
	}
	layers = O(() => {
		const { data, url } = this.model.state.value;
		const run = this.run.value;
		return data && run && url === modelQuery(run.name).url ? layersOf(data) : [];
	});
	filter = O(() => nameFilter(this.settings.filter.value));
	layer = O(() => {
		const layers = this.layers.value;
		const path = this.settings.layer.value;
		return layers.find((layer) => layer.path === path) ?? layers.find((layer) => layer.variables.length > 0) ?? layers[0];
	});
	steps = O(() => this.loss.data?.steps ?? NO_STEPS);
	domain = O(() => domainOf(this.steps.value));
	position = O(() => {
		const steps = this.steps.value;
		const step = this.settings.step.value;
		return step === void 0 ? steps.length - 1 : sampleAt(steps, step);
	});
	step = O(() => {
		const position = this.position.value;
		return position < 0 ? void 0 : this.steps.value[position];
	});
	band = O(() => {
		const step = this.step.value;
		if (step === void 0) return void 0;
		const { first, end } = this.domain.value;
		const next = this.steps.value[this.position.value + 1] ?? end;
		const percent = 100 / (end - first);
		return {
			left: percent * (step - first),
			width: percent * (next - step)
		};
	});
	pooled = O(() => (this.run.value?.samples ?? 0) > WIDTH$3);
	shownUntil = O(() => bandEnd(this.steps.value, this.position.value));
	settledStep = y$1(void 0);
	restUntil = y$1(void 0);
	snapshotRequest() {
		const step = this.settledStep.value;
		if (!this.pooled.value || step === void 0) return void 0;
		return this.request((run) => snapshotQuery(run, step));
	}
	exact = O(() => {
		const snapshot = this.snapshot.data;
		return snapshot && snapshot.requestedStep === this.step.value ? snapshot.tables : void 0;
	});
	approximate = O(() => this.pooled.value && !this.exact.value);
	goTo(step) {
		const steps = this.steps.peek();
		if (steps.length) this.settings.step.value = steps[sampleAt(steps, step)];
	}
	move(samples) {
		const steps = this.steps.peek();
		if (!steps.length) return;
		const target = Math.min(steps.length - 1, Math.max(0, this.position.peek() + samples));
		this.settings.step.value = steps[target];
	}
	followLatest() {
		this.player.stop();
		this.settings.step.value = void 0;
	}
	moveLayer(rows) {
		const { matches } = this.filter.peek();
		const layers = this.layers.peek().filter((layer) => matches(layer.path));
		if (!layers.length) return;
		const at = layers.findIndex((layer) => layer === this.layer.peek());
		const target = Math.min(layers.length - 1, Math.max(0, at < 0 ? 0 : at + rows));
		this.settings.layer.value = layers[target].path;
	}
};
var requestOf = (run, query) => run && {
	query: query(run.name),
	version: run.etag
};
var SessionContext = U(void 0);
function useSession() {
	const session = j$1(SessionContext);
	if (!session) throw new Error("no session around this component");
	return session;
}
// node_modules/preact/jsx-runtime/dist/jsxRuntime.mjs
var f = Symbol.for("pv");
var o = 0;
Array.isArray;
function a(t, e, n, u, a, i) {
	e || (e = {});
	var c, l, p = e;
	if ("ref" in p && "function" != typeof t) for (l in p = {}, e) "ref" == l ? c = e[l] : p[l] = e[l];
	var s = {
		type: t,
		props: p,
		key: n,
		ref: c,
		__k: null,
		__: null,
		__b: 0,
		__e: null,
		__c: null,
		constructor: f,
		__v: --o,
		__i: -1,
		__u: 0
	};
	return (a || i) && (s.__source = a, s.__self = i), n$1.vnode && n$1.vnode(s), s;
}
// src/components/controls.tsx
function Select(props) {
	const { label, value, options, onChange, testId, visibleLabel } = props;
	return a("label", {
		class: "field",
		children: [visibleLabel && a("span", { children: label }), a("select", {
			"aria-label": label,
			title: label,
			value,
			"data-testid": testId,
			onChange: (event) => onChange(event.currentTarget.value),
			children: options.map(([key, text]) => a("option", {
				value: key,
				children: text
			}, key))
		})]
	});
}
function Choice(props) {
	const { label, value, options, onChange, testId } = props;
	return a("div", {
		class: "choice",
		role: "group",
		"aria-label": label,
		"data-testid": testId,
		children: options.map(([key, text, title]) => a("button", {
			type: "button",
			title,
			"aria-pressed": key === value,
			onClick: () => onChange(key),
			children: text
		}, key))
	});
}
function IconButton(props) {
	const { label, onClick, children, pressed, expanded, testId, disabled } = props;
	return a("button", {
		type: "button",
		class: "icon-button",
		"aria-label": label,
		title: label,
		"aria-pressed": pressed,
		"aria-expanded": expanded,
		"data-testid": testId,
		disabled,
		onClick,
		children: a("svg", {
			viewBox: "0 0 16 16",
			width: "16",
			height: "16",
			fill: "currentColor",
			"aria-hidden": "true",
			children
		})
	});
}
// src/components/states.tsx
function ErrorState({ message, retry }) {
	return a("div", {
		class: "state",
		role: "alert",
		"data-testid": "error-state",
		children: [
			a("strong", { children: "Could not be loaded" }),
			a("p", { children: message }),
			retry && a("button", {
				class: "button",
				onClick: retry,
				children: "Try again"
			})
		]
	});
}
function NotRecorded({ what, how }) {
	return a("div", {
		class: "state",
		"data-testid": "not-recorded",
		children: [a("strong", { children: what }), a("p", { children: how })]
	});
}
function Pending({ loaded, retry, class: className = "", children }) {
	const { data, error, loading, stale } = loaded;
	if (data === void 0) {
		if (error !== void 0) return a(ErrorState, {
			message: error,
			retry
		});
		return a("div", {
			class: `pending ${className}`,
			children: loading && a(Spinner, {})
		});
	}
	return a("div", {
		class: `pending ${className} ${stale ? "stale" : ""}`,
		"aria-busy": loading,
		children: [
			error !== void 0 && a(ErrorBar, {
				message: error,
				retry
			}),
			a("div", {
				class: "pending-content",
				children: children(data)
			}),
			stale && loading && a(Spinner, {})
		]
	});
}
function ErrorBar({ message, retry }) {
	return a("div", {
		class: "error-bar",
		role: "alert",
		"data-testid": "error-state",
		children: [a("span", { children: ["Not up to date: ", message] }), a("button", {
			class: "button",
			onClick: retry,
			children: "Try again"
		})]
	});
}
var Spinner = () => a("div", {
	class: "spinner",
	role: "status",
	"aria-label": "Loading"
});
// src/api/pictures.ts
function mapsIndexQuery(run, kind) {
	return {
		url: `maps_index?${query$1({
			run,
			kind
		})}`,
		decode: json
	};
}
function mapsQuery(run, name, step, kind) {
	return {
		url: `maps?${query$1({
			run,
			layer: name,
			step,
			kind
		})}`,
		decode: container(readMaps)
	};
}
function probeQuery(run) {
	return {
		url: `probe?${query$1({ run })}`,
		decode: container(readProbe)
	};
}
function predictionsQuery(run) {
	return {
		url: `predictions?${query$1({ run })}`,
		decode: container(readPredictions)
	};
}
function activationFunctionsQuery(run, step) {
	return {
		url: `activation_functions?${query$1({
			run,
			step
		})}`,
		decode: container(readFunctions)
	};
}
function optional(answer, name, type) {
	return answer.arrays.has(name) ? arrayOf(answer, name, type).data : void 0;
}
function readStack(answer, prefix, meta) {
	const { data: codes, shape } = arrayOf(answer, `${prefix}codes`, Uint8Array);
	if (shape.length !== 4) throw new ContainerError("maps do not have four axes");
	const channels = answer.arrays.has(`${prefix}channels`) ? arrayOf(answer, `${prefix}channels`, Int32Array).data : Int32Array.from({ length: shape[1] }, (_, index) => index);
	return {
		name: meta.name,
		layout: meta.layout,
		fullShape: meta.full_shape ?? [],
		shape,
		codes,
		scale: arrayOf(answer, `${prefix}scale`, Float32Array).data,
		offset: arrayOf(answer, `${prefix}offset`, Float32Array).data,
		channels,
		values: optional(answer, `${prefix}values`, Float32Array),
		dead: answer.arrays.has(`${prefix}dead`) ? arrayOf(answer, `${prefix}dead`, Uint8Array).data : new Uint8Array(shape[1])
	};
}
function readMaps(answer) {
	return {
		...readStack(answer, "", answer.meta),
		step: answer.meta.step,
		requestedStep: answer.meta.requested_step,
		of: answer.meta.layer ?? "",
		rows: optional(answer, "rows", Int32Array),
		norms: optional(answer, "norms", Float32Array),
		targets: optional(answer, "targets", Int32Array),
		size: answer.size
	};
}
function readProbe(answer) {
	const inputs = answer.meta.inputs ?? [];
	const labels = answer.arrays.has("labels") ? arrayOf(answer, "labels", Float32Array) : void 0;
	return {
		inputs: inputs.map((meta, index) => readStack(answer, `input${index}/`, meta)),
		...labels && { labels: {
			data: labels.data,
			width: labels.shape[1] ?? 1
		} },
		size: answer.size
	};
}
function readPredictions(answer) {
	const outputs = answer.meta.outputs ?? [];
	return {
		steps: arrayOf(answer, "steps", Float64Array).data,
		outputs: outputs.map(({ name }, index) => {
			const { data, shape } = arrayOf(answer, `output${index}`, Float32Array);
			if (shape.length !== 3) throw new ContainerError("predictions do not have three axes");
			return {
				name,
				values: data,
				samples: shape[1],
				width: shape[2]
			};
		}),
		size: answer.size
	};
}
function readFunctions(answer) {
	const functions = answer.meta.functions ?? [];
	return {
		step: answer.meta.step,
		functions: functions.map((meta, index) => {
			const curve = optional(answer, `${index}/curve`, Float32Array);
			return {
				...meta,
				edges: arrayOf(answer, `${index}/edges`, Float64Array).data,
				counts: arrayOf(answer, `${index}/counts`, Uint32Array).data,
				...curve && { curve }
			};
		}),
		size: answer.size
	};
}
// src/draw/format.ts
function formatNumber(value) {
	if (Number.isNaN(value)) return "NaN";
	if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "−Inf";
	if (value === 0) return "0";
	const magnitude = Math.abs(value);
	if (magnitude < .001 || magnitude >= 1e5) {
		const [mantissa, exponent] = value.toExponential(2).split("e");
		return minus(`${mantissa}e${Number(exponent)}`);
	}
	return minus(String(Number(value.toPrecision(4))));
}
var formatTick = (value) => formatNumber(value).replace(/\.?0+e/, "e");
function formatPercent(value) {
	if (!Number.isFinite(value)) return formatNumber(value);
	const percent = 100 * value;
	if (percent > 0 && percent < .1) return "< 0.1 %";
	if (percent < 100 && percent > 99.9) return "> 99.9 %";
	return minus(`${Number(percent.toFixed(1))} %`);
}
function formatCount(value) {
	if (!Number.isFinite(value)) return formatNumber(value);
	return minus(Math.round(value).toString().replace(/\B(?=(\d{3})+$)/g, ","));
}
function formatValue(value, format) {
	if (format === "percent") return formatPercent(value);
	return format === "count" ? formatCount(value) : formatNumber(value);
}
function formatAge(seconds) {
	if (!Number.isFinite(seconds)) return "";
	if (seconds < 2) return "just now";
	if (seconds < 60) return `${Math.floor(seconds)} s ago`;
	if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
	if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
	return `${formatCount(Math.floor(seconds / 86400))} d ago`;
}
function formatShape(shape) {
	return shape.map((length) => length < 0 ? "?" : String(length)).join(" × ");
}
var minus = (text) => text.replace(/-/g, "−");
// src/components/hooks.ts
var px = (pixels) => `${pixels}px`;
var NO_SIZE = {
	width: 0,
	height: 0
};
function useSize() {
	const ref = T$1(null);
	const size = useSignal(NO_SIZE);
	F$1(() => {
		const element = ref.current;
		if (!element) return void 0;
		const update = (box) => {
			const [width, height] = [Math.floor(box.width), Math.floor(box.height)];
			if (!width || !height) return;
			const now = size.peek();
			if (width !== now.width || height !== now.height) size.value = {
				width,
				height
			};
		};
		update({
			width: element.clientWidth,
			height: element.clientHeight
		});
		const observer = new ResizeObserver(([entry]) => update(entry.contentRect));
		observer.observe(element);
		return () => observer.disconnect();
	}, []);
	return [ref, size];
}
function prepareCanvas(canvas, { width, height }) {
	const context = width && height ? canvas?.getContext("2d") : void 0;
	if (!canvas || !context) return void 0;
	const density = window.devicePixelRatio || 1;
	const [w, h] = [Math.round(width * density), Math.round(height * density)];
	if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
	context.setTransform(density, 0, 0, density, 0, 0);
	context.clearRect(0, 0, width, height);
	return context;
}
// src/components/tooltip.tsx
var current = y$1(void 0);
function showTooltip(x, y, content) {
	current.value = {
		x,
		y,
		content
	};
}
function hideTooltip() {
	current.value = void 0;
}
var GAP$1 = 14;
function Tooltip() {
	const placed = current.value;
	if (!placed) return null;
	const { x, y, content } = placed;
	return a("div", {
		class: "tooltip",
		style: {
			...x > window.innerWidth / 2 ? { right: px(window.innerWidth - x + GAP$1) } : { left: px(x + GAP$1) },
			...y > window.innerHeight / 2 ? { bottom: px(window.innerHeight - y + GAP$1) } : { top: px(y + GAP$1) }
		},
		"data-testid": "tooltip",
		children: [
			a("div", {
				class: "tooltip-title",
				children: content.title
			}),
			a("dl", { children: content.lines.map(({ label, value, colour }) => a("div", { children: [a("dt", { children: [colour && a("i", {
				class: "swatch",
				style: { background: colour }
			}), label] }), a("dd", { children: value })] }, label)) }),
			content.note && a("div", {
				class: "tooltip-note",
				children: content.note
			})
		]
	});
}
// src/components/function_card.tsx
var WIDTH$2 = 240;
var FULL_CURVE = 84;
var BARS$1 = 44;
var GAP = 6;
var FLAT_DEFINITION = "Share of the pre-activations where the function’s slope is less than 1/40 of its steepest.";
function FunctionCard({ activation, onPick, selected }) {
	const { name, function: called, flat_fraction: flat, nonfinite, reason } = activation;
	const title = a($, { children: [
		a("b", { children: name }),
		" ",
		a("span", {
			class: "quiet",
			children: called
		})
	] });
	return a("figure", {
		class: `function-card ${selected ? "selected" : ""}`,
		"data-testid": "function-card",
		"data-name": name,
		"data-value": flat ?? "",
		children: [
			a("figcaption", { children: [
				onPick ? a("button", {
					type: "button",
					class: "plain",
					title: name,
					onClick: onPick,
					children: title
				}) : title,
				a("span", { class: "spring" }),
				flat !== null && a("span", {
					class: "number",
					title: "Share of the pre-activations where the function’s slope is less than 1/40 of its steepest.",
					children: [formatPercent(flat), " flat"]
				})
			] }),
			a(Drawing, { activation }),
			reason && a("p", {
				class: "quiet",
				children: ["No curve: ", reason]
			}),
			nonfinite > 0 && a("p", {
				class: "alarm",
				children: [formatCount(nonfinite), " pre-activations are not finite"]
			})
		]
	});
}
function Drawing({ activation }) {
	const { name, function: called, low, high, edges, counts, curve } = activation;
	const curveHeight = curve ? FULL_CURVE : 0;
	const most = counts.reduce((a, b) => Math.max(a, b), 1);
	const total = counts.reduce((a, b) => a + b, 0);
	const [least, largest] = extent(curve);
	const x = (value) => high > low ? (value - low) / (high - low) * WIDTH$2 : WIDTH$2 / 2;
	const y = (value) => largest > least ? 2 + (curveHeight - 4) * (1 - (value - least) / (largest - least)) : curveHeight / 2;
	const hover = (event) => {
		const box = event.currentTarget.getBoundingClientRect();
		const share = (event.clientX - box.left) / box.width;
		const bin = Math.min(counts.length - 1, Math.max(0, Math.floor(share * counts.length)));
		showTooltip(event.clientX, event.clientY, {
			title: `${name}, ${called}`,
			lines: [
				{
					label: "pre-activation",
					value: `${formatNumber(edges[bin])} to ${formatNumber(edges[bin + 1])}`
				},
				{
					label: "of the samples",
					value: formatPercent(total ? counts[bin] / total : NaN)
				},
				...curve ? [{
					label: "function",
					value: formatNumber(curve[bin])
				}] : []
			]
		});
	};
	const base = curveHeight + (curveHeight ? GAP : 0) + BARS$1;
	const step = WIDTH$2 / counts.length;
	const bars = Array.from(counts, (count, bin) => {
		const height = count / most * BARS$1;
		return `M${(bin * step).toFixed(1)} ${base}v${(-height).toFixed(1)}h${step.toFixed(2)}v${height.toFixed(1)}`;
	}).join("");
	const line = curve && Array.from(curve, (value, at) => Number.isFinite(value) ? `${x(edges[at]).toFixed(1)} ${y(value).toFixed(1)}` : "").filter(Boolean).join("L");
	return a("svg", {
		viewBox: `0 0 ${WIDTH$2} ${base + 14}`,
		role: "img",
		"aria-label": `${called} of ${name}, from ${formatNumber(low)} to ${formatNumber(high)}, and how often each value occurs`,
		onPointerMove: hover,
		onPointerLeave: hideTooltip,
		children: [
			a("rect", {
				class: "room",
				width: WIDTH$2,
				height: curveHeight
			}),
			low < 0 && high > 0 && a("line", {
				class: "zero",
				x1: x(0),
				x2: x(0),
				y1: 0,
				y2: base
			}),
			least < 0 && largest > 0 && a("line", {
				class: "zero",
				x1: 0,
				x2: WIDTH$2,
				y1: y(0),
				y2: y(0)
			}),
			a("path", {
				class: "bars",
				d: bars
			}),
			a("line", {
				class: "axis",
				x1: 0,
				x2: WIDTH$2,
				y1: base,
				y2: base
			}),
			line && a("path", {
				class: "curve",
				d: `M${line}`
			}),
			a("text", {
				x: 0,
				y: base + 11,
				children: formatTick(low)
			}),
			low < 0 && high > 0 && x(0) > 40 && x(0) < 200 && a("text", {
				x: x(0),
				y: base + 11,
				"text-anchor": "middle",
				children: "0"
			}),
			a("text", {
				x: WIDTH$2,
				y: base + 11,
				"text-anchor": "end",
				children: formatTick(high)
			}),
			curve && a($, { children: [a("text", {
				x: 3,
				y: 11,
				children: formatTick(largest)
			}), a("text", {
				x: 3,
				y: curveHeight - 3,
				children: formatTick(least)
			})] })
		]
	});
}
function extent(values) {
	let [low, high] = [Infinity, -Infinity];
	for (const value of values ?? []) {
		if (!Number.isFinite(value)) continue;
		low = Math.min(low, value);
		high = Math.max(high, value);
	}
	return low <= high ? [low, high] : [0, 0];
}
// src/components/snapshot_note.tsx
function SnapshotNote({ of }) {
	const { step, shownUntil } = useSession();
	const other = of < (step.value ?? 0) || of > shownUntil.value;
	return a("span", {
		class: `snapshot ${other ? "other" : ""}`,
		title: other ? "Pictures are recorded less often: these are not of the shown step" : void 0,
		"data-testid": "snapshot",
		"data-value": of,
		children: ["snapshot of step ", formatCount(of)]
	});
}
// src/components/virtual_rows.tsx
var OVERSCAN = 4;
var ASSUMED_HEIGHT = 600;
function useVirtualRows(rows, rowHeight) {
	const [ref, size] = useSize();
	const scroll = useSignal(0);
	const top = Math.floor(scroll.value / rowHeight);
	const first = Math.max(0, top - OVERSCAN);
	const count = Math.ceil((size.value.height || ASSUMED_HEIGHT) / rowHeight) + OVERSCAN;
	return {
		ref,
		onScroll: (event) => scroll.value = event.currentTarget.scrollTop,
		first: Math.min(first, rows),
		last: Math.min(rows, top + count)
	};
}
function VirtualBody({ rows, rowHeight, range: { first, last }, children }) {
	return a("tbody", { children: [
		first > 0 && a(Room, {
			rows: first,
			rowHeight
		}),
		Array.from({ length: Math.max(0, last - first) }, (_, place) => children(first + place)),
		last < rows && a(Room, {
			rows: rows - last,
			rowHeight
		})
	] });
}
var Room = ({ rows, rowHeight }) => a("tr", {
	"aria-hidden": "true",
	class: "room",
	style: { height: px(rows * rowHeight) }
});
// src/components/with_table.tsx
function useSheet(sheet) {
	const session = useSession();
	A$1(() => {
		session.sheet.value = sheet;
		return () => {
			if (session.sheet.peek() === sheet) session.sheet.value = void 0;
		};
	}, [sheet]);
}
function WithTable({ sheet, children }) {
	useSheet(sheet);
	const { asTable } = useSession().settings;
	return a($, { children: asTable.value === "yes" ? a(SheetTable, { sheet }) : children });
}
var ROW_HEIGHT$2 = 22;
var MOST_COLUMNS = 100;
function SheetTable({ sheet }) {
	const range = useVirtualRows(sheet.rows, ROW_HEIGHT$2);
	const columns = sheet.columns.slice(0, MOST_COLUMNS);
	return a("div", {
		class: "sheet",
		ref: range.ref,
		tabIndex: 0,
		"data-testid": "sheet",
		onScroll: range.onScroll,
		children: [sheet.columns.length > columns.length && a("p", {
			class: "quiet",
			children: [
				"The first ",
				formatCount(columns.length),
				" of ",
				formatCount(sheet.columns.length),
				" columns; the CSV file has all of them."
			]
		}), a("table", {
			"aria-rowcount": sheet.rows + 1,
			"aria-label": sheet.title,
			children: [a("thead", { children: a("tr", { children: columns.map((name, column) => a("th", {
				class: column ? "number" : "",
				title: name,
				children: name
			}, column)) }) }), a(VirtualBody, {
				rows: sheet.rows,
				rowHeight: ROW_HEIGHT$2,
				range,
				children: (row) => a(SheetRow, {
					sheet,
					row,
					columns: columns.length
				}, row)
			})]
		})]
	});
}
function SheetRow({ sheet, row, columns }) {
	return a("tr", {
		"aria-rowindex": row + 2,
		children: Array.from({ length: columns }, (_, column) => {
			const value = sheet.cell(row, column);
			const isNumber = typeof value === "number";
			const bad = isNumber && !Number.isFinite(value);
			const shown = isNumber ? formatNumber(value) : value ?? "–";
			const text = column === 0 && isNumber ? formatCount(value) : shown;
			return column === 0 ? a("th", {
				scope: "row",
				children: text
			}, column) : a("td", {
				class: `number ${bad ? "alarm" : ""}`,
				title: isNumber ? String(value) : void 0,
				"data-value": value ?? "",
				children: text
			}, column);
		})
	});
}
// src/views/activation_curves.tsx
function useFunctions() {
	const session = useSession();
	return useResource(session.client, () => {
		const step = session.restUntil.value;
		if (step === void 0 || !session.has("activation_function")) return void 0;
		return session.request((run) => activationFunctionsQuery(run, step));
	}, session.host.visible);
}
function ActivationCurves() {
	const functions = useFunctions();
	return a(Pending, {
		loaded: functions.state.value,
		retry: () => functions.retry(),
		class: "maps-pending",
		children: (data) => a(Curves$1, { answer: data })
	});
}
function Curves$1({ answer }) {
	const session = useSession();
	const { matches } = session.filter.value;
	const shown = answer.functions.filter(({ name }) => matches(name));
	const sheet = w$2(() => sheetOf$2(answer), [answer]);
	return a($, { children: [a("div", {
		class: "view-bar",
		children: [
			a("span", {
				class: "quiet",
				children: "curve over the pre-activations of the probe samples, their histogram below"
			}),
			a("span", {
				class: "info",
				title: FLAT_DEFINITION,
				tabIndex: 0,
				role: "note",
				"aria-label": FLAT_DEFINITION,
				children: "i"
			}),
			a("span", { class: "spring" }),
			a(SnapshotNote, { of: answer.step })
		]
	}), a(WithTable, {
		sheet,
		children: a("div", {
			class: "function-cards",
			tabIndex: 0,
			children: [shown.map((activation) => {
				const owner = layerOfRow(session.layers.value, activation.name);
				return a(FunctionCard, {
					activation,
					selected: owner !== void 0 && owner === session.layer.value,
					...owner && { onPick: () => session.settings.layer.value = owner.path }
				}, activation.name);
			}), !shown.length && a("p", {
				class: "quiet",
				children: "No activation function matches the filter."
			})]
		})
	})] });
}
function sheetOf$2({ step, functions }) {
	return {
		title: `Activation functions at step ${step}`,
		columns: [
			"name",
			"function",
			"lowest",
			"highest",
			"flat share",
			"not finite"
		],
		rows: functions.length,
		cell: (row, column) => {
			const { name, function: called, low, high, flat_fraction, nonfinite } = functions[row];
			return [
				name,
				called,
				low,
				high,
				flat_fraction ?? void 0,
				nonfinite
			][column];
		}
	};
}
function LayerFunctions({ layer }) {
	const functions = useFunctions();
	const names = layer.sites.map(({ name }) => name);
	const own = functions.data?.functions.filter(({ name }) => names.includes(name)) ?? [];
	if (!own.length || !functions.data) return null;
	return a("section", {
		class: "track layer-functions",
		children: [a("header", { children: [
			a("h3", {
				title: FLAT_DEFINITION,
				children: "Activation function"
			}),
			a("span", { class: "spring" }),
			a(SnapshotNote, { of: functions.data.step })
		] }), own.map((activation) => a(FunctionCard, { activation }, activation.name))]
	});
}
// src/components/colour_select.tsx
function ColourSelect() {
	const { colours } = useSession().settings;
	return a(Select, {
		label: "Colours",
		value: colours.value,
		options: SEQUENTIAL.map((name) => [name, name]),
		onChange: (next) => colours.value = next
	});
}
// src/components/site_select.tsx
function SiteSelect({ names, value, testId }) {
	const session = useSession();
	const choose = (name) => {
		const owner = session.layers.peek().find((layer) => layer.sites.some((s) => s.name === name));
		if (owner) session.settings.layer.value = owner.path;
	};
	return a(Select, {
		label: "Layer",
		value,
		options: (names.includes(value) ? names : [value, ...names]).map((name) => [name, name || "choose a layer"]),
		onChange: choose,
		testId,
		visibleLabel: true
	});
}
var ALONE = [
	640,
	480,
	320,
	240
];
var SIDES = [
	160,
	128,
	96,
	64,
	48
];
var SAMPLE_GAP = 10;
var LOWEST_TILE = 72;
var LARGEST_STRETCH = 24;
function layoutTiles(request) {
	const { mapWidth, mapHeight, side, available, samples, channels } = request;
	const gutter = request.gutter ?? 0;
	const longest = Math.max(mapWidth, mapHeight);
	const zoom = longest <= side ? Math.min(LARGEST_STRETCH, Math.floor(side / longest)) : 1;
	const wide = isVector(mapWidth, mapHeight) ? Math.floor(available / mapWidth) : zoom;
	const shrink = Math.min(1, available / mapWidth);
	const tileWidth = Math.max(1, Math.round(mapWidth * (wide >= 1 ? Math.min(wide, LARGEST_STRETCH) : shrink)));
	const tileHeight = Math.max(isVector(mapWidth, mapHeight) ? LOWEST_TILE : 1, Math.round(mapHeight * (isVector(mapWidth, mapHeight) ? 1 : zoom)));
	const most = Math.min(channels, Math.max(1, Math.floor((available + 3) / (tileWidth + gutter + 3))));
	const lines = Math.ceil(channels / most);
	const perLine = Math.ceil(channels / lines);
	const blockHeight = lines * (tileHeight + gutter + 3) - 3 + SAMPLE_GAP;
	return {
		tileWidth,
		tileHeight,
		gutter,
		perLine,
		blockHeight,
		height: Math.max(0, samples * blockHeight - SAMPLE_GAP),
		width: perLine * (tileWidth + gutter + 3) - 3
	};
}
function fitSide(request, height) {
	const fits = (side) => layoutTiles({
		...request,
		side
	}).height <= height;
	const sides = request.alone ? [...ALONE, ...SIDES] : SIDES;
	return sides.find(fits) ?? sides[sides.length - 1];
}
var isVector = (width, height) => height === 1 && width > 1;
var pitchX = ({ tileWidth, gutter }) => tileWidth + gutter + 3;
var pitchY = ({ tileHeight, gutter }) => tileHeight + gutter + 3;
function tilePosition(layout, sample, channel) {
	const line = Math.floor(channel / layout.perLine);
	return {
		x: channel % layout.perLine * pitchX(layout) + layout.gutter,
		y: sample * layout.blockHeight + line * pitchY(layout) + layout.gutter
	};
}
function tileAt(layout, request, x, y) {
	const sample = Math.floor(y / layout.blockHeight);
	const line = Math.floor(y % layout.blockHeight / pitchY(layout));
	const place = Math.floor(x / pitchX(layout));
	const channel = line * layout.perLine + place;
	if (x < 0 || y < 0 || sample >= request.samples) return void 0;
	if (place >= layout.perLine || channel >= request.channels) return void 0;
	const corner = tilePosition(layout, sample, channel);
	const column = Math.floor((x - corner.x) / layout.tileWidth * request.mapWidth);
	const row = Math.floor((y - corner.y) / layout.tileHeight * request.mapHeight);
	if (column < 0 || row < 0 || column >= request.mapWidth || row >= request.mapHeight) return;
	return {
		sample,
		channel,
		column,
		row
	};
}
var NONFINITE = 255;
var LAST_CODE = 254;
function sharedRange({ scale, offset }) {
	let [low, high] = [Infinity, -Infinity];
	for (let tile = 0; tile < scale.length; tile++) {
		low = Math.min(low, offset[tile]);
		high = Math.max(high, offset[tile] + scale[tile] * LAST_CODE);
	}
	return low <= high ? [low, high] : [0, 0];
}
function colourTiles(tiles, colours, range, into) {
	const count = tiles.scale.length;
	const pixels = count ? tiles.codes.length / count : 0;
	const table = new Uint32Array(256);
	for (let tile = 0; tile < count; tile++) {
		const own = tiles.scale[tile] === 0 ? [0, 0] : [0, 1 / LAST_CODE];
		const [start, step] = range ? spread(tiles, tile, range) : own;
		for (let code = 0; code < NONFINITE; code++) {
			const position = Math.min(1, Math.max(0, start + step * code));
			table[code] = colours[Math.round(position * LAST_CODE)];
		}
		table[NONFINITE] = colours[NONFINITE];
		const end = (tile + 1) * pixels;
		for (let index = tile * pixels; index < end; index++) into[index] = table[tiles.codes[index]];
	}
}
function spread({ scale, offset }, tile, [low, high]) {
	const whole = high - low;
	return whole > 0 ? [(offset[tile] - low) / whole, scale[tile] / whole] : [0, 0];
}
function tileValue({ scale, offset }, tile, code) {
	return code === NONFINITE ? NaN : offset[tile] + scale[tile] * code;
}
// src/state/use_pictures.ts
function usePictureIndex(kind) {
	const session = useSession();
	return useResource(session.client, () => session.has(kind) ? session.request((run) => mapsIndexQuery(run, kind)) : void 0, session.host.visible);
}
var snapshotAt = (steps, step) => steps[Math.max(0, lastAtMost(steps, step))];
function usePictures(kind, index, name) {
	const session = useSession();
	const snapshot = useComputed(() => snapshotAt(index.fresh.value?.steps ?? [], session.shownUntil.value));
	return useResource(session.client, () => {
		const [wanted, step] = [name.value, snapshot.value];
		return wanted === void 0 || step === void 0 ? void 0 : session.request((run) => mapsQuery(run, wanted, step, kind));
	}, session.host.visible);
}
function useProbe() {
	const session = useSession();
	return useResource(session.client, () => session.has("probe") ? session.request(probeQuery) : void 0, session.host.visible);
}
function usePredictions() {
	const session = useSession();
	return useResource(session.client, () => session.has("prediction") ? session.request(predictionsQuery) : void 0, session.host.visible);
}
// src/state/predictions.ts
var MOST_GUESSES = 3;
function predictionAt({ steps, outputs }, step, sample) {
	const [output] = outputs;
	const column = sampleAt(steps, step);
	if (!output || column < 0 || sample >= output.samples) return void 0;
	const start = (column * output.samples + sample) * output.width;
	const values = output.values.subarray(start, start + output.width);
	const sum = values.reduce((total, value) => total + value, 0);
	const probabilities = values.length > 1 && values.every((value) => value >= 0) && Math.abs(sum - 1) < .001;
	const guesses = Array.from(values, (value, index) => ({
		index,
		value
	}));
	if (probabilities) guesses.sort((a, b) => b.value - a.value);
	return {
		step: steps[column],
		probabilities,
		guesses: guesses.slice(0, MOST_GUESSES)
	};
}
function labelClass({ labels }, sample) {
	if (!labels) return void 0;
	const { data, width } = labels;
	const label = data.subarray(sample * width, (sample + 1) * width);
	if (width === 1) return Number.isInteger(label[0]) ? label[0] : void 0;
	const hot = label.indexOf(1);
	return hot >= 0 && label.every((v, i) => v === (i === hot ? 1 : 0)) ? hot : void 0;
}
// src/components/probe_sample.tsx
function caption(probe, sample) {
	if (!probe?.labels) return `sample ${sample}`;
	const known = labelClass(probe, sample);
	const { data, width } = probe.labels;
	const label = data.subarray(sample * width, (sample + 1) * width);
	return `#${sample} · label ${known ?? [...label].slice(0, 3).map(formatNumber).join(", ")}`;
}
function Guesses({ probe, predictions, sample }) {
	const until = useSession().shownUntil.value;
	const found = predictions && predictionAt(predictions, until, sample);
	if (!found) return null;
	const label = probe && labelClass(probe, sample);
	return a("ul", {
		class: "guesses",
		title: `What the model puts out for this sample, at the snapshot of step ${found.step}${found.probabilities ? ": the most likely classes" : ""}`,
		"data-testid": "guesses",
		"data-sample": sample,
		"data-step": found.step,
		children: found.guesses.map(({ index, value }) => a("li", {
			class: found.probabilities && index === label ? "true" : "",
			"data-class": index,
			"data-value": value,
			children: [
				found.probabilities && a("i", {
					class: "bar",
					style: { width: `${100 * value}%` }
				}),
				a("span", { children: [index, found.probabilities && index === label && " ✓"] }),
				a("b", {
					class: Number.isFinite(value) ? "" : "alarm",
					children: found.probabilities ? formatPercent(value) : formatNumber(value)
				})
			]
		}, index))
	});
}
function InputPicture({ stack, sample, side }) {
	const theme = useSession().host.theme.value;
	const ref = T$1(null);
	const [, channels, height, width] = stack.shape;
	const ids = tokensOf(stack, sample);
	F$1(() => {
		const context = ref.current?.getContext("2d");
		if (!context) return;
		const image = context.createImageData(width, height);
		paintPicture(stack, sample, pictureTable("greys", theme), image.data);
		context.putImageData(image, 0, 0);
	}, [
		stack,
		sample,
		theme
	]);
	if (ids) return a("p", {
		class: "tokens",
		title: ids.join(" "),
		children: ids.join(" ")
	});
	const zoom = side / Math.max(width, height);
	return a("canvas", {
		ref,
		width,
		height,
		role: "img",
		"aria-label": `Input ${stack.name}, sample ${sample}, ${channels} channels`,
		style: {
			width: px(width * zoom),
			height: px(Math.max(10, height * zoom))
		}
	});
}
function tokensOf(stack, sample) {
	if (!stack?.values || stack.layout !== "ids") return void 0;
	const length = stack.values.length / stack.shape[0];
	return Array.from(stack.values.subarray(sample * length, (sample + 1) * length), String);
}
function paintPicture(stack, sample, greys, into) {
	const [, channels, height, width] = stack.shape;
	const pixels = height * width;
	if (channels !== 3) {
		const start = sample * channels * pixels;
		const words = new Uint32Array(into.buffer);
		for (let i = 0; i < pixels; i++) words[i] = greys[stack.codes[start + i]];
		return;
	}
	const [low, high] = sharedRange(stack);
	const factor = high > low ? 255 / (high - low) : 0;
	for (let channel = 0; channel < 3; channel++) {
		const tile = sample * 3 + channel;
		for (let i = 0; i < pixels; i++) {
			const value = tileValue(stack, tile, stack.codes[tile * pixels + i]);
			into[4 * i + channel] = (value - low) * factor;
		}
	}
	for (let i = 0; i < pixels; i++) into[4 * i + 3] = 255;
}
// src/views/map_tiles.tsx
var INPUT_SIDE = 72;
var INPUT_BLOCK = 142;
var LABEL_ROOM$3 = 20;
var TOP$1 = 12;
function MapTiles({ maps, probe, predictions }) {
	const { settings, host } = useSession();
	const [ref, size] = useSize();
	const canvas = T$1(null);
	const scroll = useSignal(0);
	const [samples, channels, mapHeight, mapWidth] = maps.shape;
	const inputs = probe?.inputs.filter((input) => input.shape[0] === samples) ?? [];
	const available = size.value.width - (inputs.length ? 120 : 0) - 24;
	const isAttention = maps.layout === "attention";
	const [first, second] = axisNames(maps);
	const room = {
		samples,
		channels,
		mapWidth,
		mapHeight,
		available: Math.max(available, 1),
		...isAttention && { gutter: LABEL_ROOM$3 },
		...isWeights(maps) && samples * channels === 1 && { alone: true }
	};
	const positions = w$2(() => isAttention ? positionNames(maps, inputs) : void 0, [maps, probe]);
	const request = {
		...room,
		side: fitSide(room, size.value.height - 24)
	};
	const layout = tall(layoutTiles(request), inputs.length > 0);
	const theme = host.theme.value;
	const { colours, range } = settings;
	const atlas = w$2(() => {
		if (isWeights(maps)) {
			const reach = weightReach(maps);
			return colourAtlas(maps, pictureTable("diverging", theme), [-reach, reach]);
		}
		const shared = range.value === "shared" ? sharedRange(maps) : void 0;
		return colourAtlas(maps, pictureTable(colours.value, theme), shared);
	}, [
		maps,
		colours.value,
		theme,
		range.value
	]);
	const view = {
		width: Math.max(0, available),
		height: size.value.height
	};
	const offset = scroll.value;
	F$1(() => {
		const context = prepareCanvas(canvas.current, view);
		if (!context) return;
		drawTiles(context, atlas, maps, layout, offset - TOP$1, view.height);
		if (positions) drawPositions(context, maps, layout, offset - TOP$1, view.height, positions);
	});
	const point = (event) => {
		const box = canvas.current.getBoundingClientRect();
		const y = event.clientY - box.top + offset - TOP$1;
		const hit = tileAt(layout, request, event.clientX - box.left, y);
		if (!hit) {
			hideTooltip();
			return;
		}
		const tile = hit.sample * channels + hit.channel;
		const code = maps.codes[(tile * mapHeight + hit.row) * mapWidth + hit.column];
		const value = tileValue(maps, tile, code);
		showTooltip(event.clientX, event.clientY, {
			title: maps.layout === "matrix" ? maps.name : `${maps.name}, ${second} ${maps.channels[hit.channel]}`,
			lines: [
				...maps.layout === "matrix" ? [] : [{
					label: first,
					value: String(maps.rows?.[hit.sample] ?? hit.sample)
				}],
				...positions ? [{
					label: "query",
					value: positions(hit.sample, hit.row, 0)
				}, {
					label: "key",
					value: positions(hit.sample, hit.column, 1)
				}] : [{
					label: "row, column",
					value: `${hit.row}, ${hit.column}`
				}],
				{
					label: "value",
					value: formatNumber(value)
				},
				{
					label: "precision",
					value: `± ${formatNumber(maps.scale[tile] / 2)}`
				}
			],
			...maps.dead[hit.channel] && { note: `Zero everywhere, for every ${first}.` }
		});
	};
	return a("div", {
		class: "tiles",
		ref,
		tabIndex: 0,
		onScroll: (event) => scroll.value = event.currentTarget.scrollTop,
		children: a("div", {
			class: "tiles-content",
			style: { height: px(layout.height + 24) },
			children: [a(Inputs, {
				probe,
				predictions,
				inputs,
				layout
			}), a("canvas", {
				ref: canvas,
				role: "img",
				"aria-label": `${pictureName(maps)} of ${maps.name}: ${samples} ${first}s, ${channels} ${second}s`,
				"data-testid": "maps",
				"data-step": maps.step,
				style: {
					width: px(view.width),
					height: px(view.height),
					left: px(inputs.length ? 132 : 12)
				},
				onPointerMove: point,
				onPointerLeave: hideTooltip
			})]
		})
	});
}
function tall(layout, withInputs) {
	const blockHeight = Math.max(layout.blockHeight, withInputs ? INPUT_BLOCK : 0);
	const samples = layout.height > 0 ? Math.round((layout.height + 10) / layout.blockHeight) : 0;
	return {
		...layout,
		blockHeight,
		height: samples * blockHeight
	};
}
var isWeights = ({ layout }) => layout === "kernel" || layout === "matrix";
function weightReach(maps) {
	const [low, high] = sharedRange(maps);
	return Math.max(-low, high) || 1;
}
function pictureName({ layout }) {
	if (layout === "kernel" || layout === "matrix") return "Weights";
	return layout === "attention" ? "Attention" : "Activation maps";
}
function axisNames({ layout }) {
	if (layout === "kernel") return ["input", "unit"];
	return ["sample", layout === "attention" ? "head" : "channel"];
}
function colourAtlas(maps, colours, range) {
	const [samples, channels, height, width] = maps.shape;
	const perRow = atlasColumns(samples * channels, width, height);
	const atlas = new OffscreenCanvas(perRow * width, Math.ceil(samples * channels / perRow) * height);
	const flat = new Uint32Array(maps.codes.length);
	colourTiles(maps, colours, range, flat);
	const context = atlas.getContext("2d");
	const image = context.createImageData(atlas.width, atlas.height);
	const pixels = new Uint32Array(image.data.buffer);
	for (let tile = 0; tile < samples * channels; tile++) {
		const x = tile % perRow * width;
		const y = Math.floor(tile / perRow) * height;
		for (let row = 0; row < height; row++) {
			const from = (tile * height + row) * width;
			pixels.set(flat.subarray(from, from + width), (y + row) * atlas.width + x);
		}
	}
	context.putImageData(image, 0, 0);
	return atlas;
}
function atlasColumns(tiles, width, height) {
	return Math.max(1, Math.min(tiles, Math.ceil(Math.sqrt(tiles * height / width))));
}
function drawTiles(context, atlas, maps, layout, scroll, height) {
	const [samples, channels, mapHeight, mapWidth] = maps.shape;
	const perRow = atlas.width / mapWidth;
	context.imageSmoothingEnabled = false;
	for (let tile = 0; tile < samples * channels; tile++) {
		const { x, y } = tilePosition(layout, Math.floor(tile / channels), tile % channels);
		const top = y - scroll;
		if (top > height || top + layout.tileHeight < 0) continue;
		context.drawImage(atlas, tile % perRow * mapWidth, Math.floor(tile / perRow) * mapHeight, mapWidth, mapHeight, x, top, layout.tileWidth, layout.tileHeight);
		if (maps.dead[tile % channels]) markDeadTile(context, x, top, layout);
	}
}
function positionNames(maps, inputs) {
	const full = maps.fullShape.slice(-2);
	const drawn = maps.shape.slice(-2);
	const tokens = Array.from({ length: maps.shape[0] }, (_, sample) => tokensOf(inputs[0], sample));
	return (sample, place, axis) => {
		const length = full[axis] ?? drawn[axis];
		const position = place * Math.max(1, Math.ceil(length / drawn[axis]));
		const ids = tokens[sample];
		return ids?.length === length ? ids[position] : String(position);
	};
}
var ROW_ROOM = 10;
var COLUMN_ROOM = 18;
function drawPositions(context, maps, layout, scroll, height, names) {
	const [samples, channels, mapHeight, mapWidth] = maps.shape;
	const [pixelX, pixelY] = [layout.tileWidth / mapWidth, layout.tileHeight / mapHeight];
	const [strideX, strideY] = [Math.ceil(COLUMN_ROOM / pixelX), Math.ceil(ROW_ROOM / pixelY)];
	context.font = "9px Roboto, Arial, sans-serif";
	context.fillStyle = getComputedStyle(context.canvas).color;
	for (let tile = 0; tile < samples * channels; tile++) {
		const sample = Math.floor(tile / channels);
		const { x, y } = tilePosition(layout, sample, tile % channels);
		const top = y - scroll;
		if (top > height || top + layout.tileHeight < 0) continue;
		context.textAlign = "right";
		context.textBaseline = "middle";
		for (let row = 0; row < mapHeight; row += strideY) context.fillText(names(sample, row, 0), x - 2, top + (row + .5) * pixelY);
		context.textAlign = "center";
		context.textBaseline = "alphabetic";
		for (let column = 0; column < mapWidth; column += strideX) context.fillText(names(sample, column, 1), x + (column + .5) * pixelX, top - 3);
	}
}
function markDeadTile(context, x, y, { tileWidth, tileHeight }) {
	context.strokeStyle = "#e85114";
	context.lineWidth = 1;
	context.strokeRect(x + .5, y + .5, tileWidth - 1, tileHeight - 1);
	context.beginPath();
	context.moveTo(x, y + tileHeight);
	context.lineTo(x + tileWidth, y);
	context.stroke();
}
function Inputs({ probe, predictions, inputs, layout }) {
	if (!inputs.length) return null;
	const [samples] = inputs[0].shape;
	return a("div", {
		class: "inputs",
		children: Array.from({ length: samples }, (_, sample) => a("figure", {
			style: { top: px(sample * layout.blockHeight + TOP$1) },
			children: [
				inputs.slice(0, 1).map((input) => a(InputPicture, {
					stack: input,
					sample,
					side: INPUT_SIDE
				}, input.name)),
				a("figcaption", { children: caption(probe, sample) }),
				a(Guesses, {
					probe,
					predictions,
					sample
				})
			]
		}, sample))
	});
}
// src/views/activation_maps.tsx
function ActivationMaps({ kind }) {
	const session = useSession();
	const source = usePictureIndex(kind);
	const site = useComputed(() => {
		const names = source.fresh.value?.names ?? [];
		const own = session.layer.value?.sites.map(({ name }) => name) ?? [];
		const inside = `${session.layer.value?.path}/`;
		const found = own.find((name) => names.includes(name));
		if (found !== void 0 || kind === "maps") return found;
		return names.find((name) => name.startsWith(inside)) ?? names[0];
	});
	const maps = usePictures(kind, source, site);
	const [probe, predictions] = [useProbe(), usePredictions()];
	const index = source.fresh.value;
	if (!index) return a(Pending, {
		loaded: source.state.value,
		retry: () => source.retry(),
		class: "activations",
		children: () => null
	});
	if (site.value === void 0) return a(NoMaps, {
		index,
		path: session.layer.value?.path ?? ""
	});
	return a($, { children: [a(MapsBar, {
		index,
		site: site.value,
		maps: maps.data
	}), a(Pending, {
		loaded: maps.state.value,
		retry: () => maps.retry(),
		class: "maps-pending",
		children: (data) => a(MapsPicture, {
			maps: data,
			probe: probe.data,
			predictions: predictions.data
		})
	})] });
}
function MapsPicture({ maps, probe, predictions }) {
	return a(WithTable, {
		sheet: w$2(() => mapsSheet(maps), [maps]),
		children: a(MapTiles, {
			maps,
			probe,
			predictions
		})
	});
}
function mapsSheet(maps) {
	const [samples, channels] = maps.shape;
	const pixels = maps.codes.length / Math.max(1, samples * channels);
	return {
		title: `Maps of ${maps.name} at step ${maps.step}`,
		columns: [
			...axisNames(maps),
			"smallest",
			"largest",
			"not finite"
		],
		rows: samples * channels,
		cell: (tile, column) => {
			const codes = maps.codes.subarray(tile * pixels, (tile + 1) * pixels);
			const finite = codes.filter((code) => code !== 255);
			const at = (pick) => finite.length ? tileValue(maps, tile, finite.reduce(pick)) : NaN;
			return [
				maps.rows?.[Math.floor(tile / channels)] ?? Math.floor(tile / channels),
				maps.channels[tile % channels],
				at((a, b) => Math.min(a, b)),
				at((a, b) => Math.max(a, b)),
				codes.length - finite.length
			][column];
		}
	};
}
function NoMaps({ index, path }) {
	const omission = index.omissions.find(({ name }) => name === path);
	return a($, { children: [a("div", {
		class: "view-bar",
		children: a(SiteSelect, {
			names: index.names,
			value: "",
			testId: "maps-layer"
		})
	}), a(NotRecorded, {
		what: `No maps of ${path} are recorded`,
		how: omission ? omission.reason : "Choose another layer above."
	})] });
}
function MapsBar({ index, site, maps }) {
	const { settings, host } = useSession();
	const { range, colours } = settings;
	return a("div", {
		class: "view-bar",
		children: [
			a(SiteSelect, {
				names: index.names,
				value: site,
				testId: "maps-layer"
			}),
			a(Choice, {
				label: "Colour range",
				testId: "range",
				value: range.value,
				options: [[
					"map",
					"Range per map",
					"Each map spans the colours on its own"
				], [
					"shared",
					"Shared",
					"One range for all maps of the layer: magnitudes compare"
				]],
				onChange: (next) => range.value = next
			}),
			a(ColourSelect, {}),
			maps && a(ShapeNote, { maps }),
			a("span", { class: "spring" }),
			maps && a(RangeLegend, {
				maps,
				gradient: cssGradient(colours.value, host.theme.value)
			}),
			maps && a(SnapshotNote, { of: maps.step })
		]
	});
}
function ShapeNote({ maps }) {
	const [, channels] = maps.shape;
	const all = maps.fullShape.at(-1) ?? channels;
	const capped = maps.layout === "image" && all > channels;
	return a("span", {
		class: "quiet",
		children: [formatShape(maps.fullShape.slice(1)), capped && `, ${channels} of ${all} channels recorded`]
	});
}
function RangeLegend({ maps, gradient }) {
	const [low, high] = sharedRange(maps);
	const shared = useSession().settings.range.value === "shared";
	return a("span", {
		class: "legend",
		children: [
			a("span", {
				class: "number",
				children: shared ? formatNumber(low) : "min"
			}),
			a("i", {
				class: "gradient",
				style: { background: gradient }
			}),
			a("span", {
				class: "number",
				children: shared ? formatNumber(high) : "max"
			}),
			maps.codes.includes(255) && a("span", {
				class: "alarm",
				children: [a("i", {
					class: "swatch",
					style: { background: nonfiniteColour }
				}), " NaN, Inf"]
			})
		]
	});
}
// src/views/heat_overlay.tsx
var TITLES = {
	saliency: "Magnitude of the gradient of the score by each element of the input.",
	grad_cam: "Channels of a layer, weighted by how much each raises the score; only what raises it is shown."
};
function HeatOverlay({ kind }) {
	const session = useSession();
	const index = usePictureIndex(kind);
	const name = useComputed(() => {
		const names = index.fresh.value?.names ?? [];
		const own = session.layer.value?.sites.map((site) => site.name) ?? [];
		return names.find((each) => own.includes(each)) ?? names[0];
	});
	const maps = usePictures(kind, index, name);
	const [probe, predictions] = [useProbe(), usePredictions()];
	if (index.fresh.value && name.value === void 0) {
		const [omission] = index.fresh.value.omissions;
		return a(NotRecorded, {
			what: `No ${kind === "saliency" ? "saliency" : "Grad-CAM"} is recorded`,
			how: omission ? omission.reason : "No snapshot holds any."
		});
	}
	if (!index.fresh.value) return a(Pending, {
		loaded: index.state.value,
		retry: () => index.retry(),
		class: "maps-pending",
		children: () => null
	});
	return a(Pending, {
		loaded: maps.state.value,
		retry: () => maps.retry(),
		class: "maps-pending",
		children: (data) => a(Picture$3, {
			kind,
			maps: data,
			probe: probe.data,
			predictions: predictions.data
		})
	});
}
function Picture$3({ kind, maps, probe, predictions }) {
	const sheet = w$2(() => mapsSheet(maps), [maps]);
	return a($, { children: [a("div", {
		class: "view-bar",
		children: [
			a(HeatControls, { over: maps.shape[2] > 1 }),
			a("span", {
				class: "info",
				title: TITLES[kind],
				tabIndex: 0,
				role: "note",
				"aria-label": TITLES[kind],
				children: "i"
			}),
			a("span", {
				class: "quiet",
				children: kind === "grad_cam" ? `of ${maps.name}` : maps.of ? `of the output of ${maps.of}` : ""
			}),
			a("span", { class: "spring" }),
			a(SnapshotNote, { of: maps.step })
		]
	}), a(WithTable, {
		sheet,
		children: a("div", {
			class: "heat-cards",
			tabIndex: 0,
			"data-testid": "heat-cards",
			"data-step": maps.step,
			children: Array.from({ length: maps.shape[0] }, (_, sample) => a(Card, {
				maps,
				probe,
				predictions,
				sample
			}, sample))
		})
	})] });
}
function HeatControls({ over }) {
	const { range, opacity } = useSession().settings;
	return a($, { children: [
		over && a("label", {
			class: "field",
			children: [a("span", { children: "Opacity" }), a("input", {
				type: "range",
				min: 0,
				max: 100,
				value: opacity.value,
				"data-testid": "opacity",
				onInput: (event) => opacity.value = event.currentTarget.valueAsNumber
			})]
		}),
		a(Choice, {
			label: "Colour range",
			testId: "range",
			value: range.value,
			options: [[
				"map",
				"Range per sample",
				"Each sample spans the colours on its own"
			], [
				"shared",
				"Shared",
				"One range for all samples: magnitudes compare"
			]],
			onChange: (next) => range.value = next
		}),
		a(ColourSelect, {})
	] });
}
var SIDE$1 = 168;
function Card({ maps, probe, predictions, sample }) {
	const opacity = useSession().settings.opacity.value ?? 0;
	const [, , height] = maps.shape;
	const input = probe?.inputs.find(({ name }) => name === maps.name) ?? probe?.inputs[0];
	const target = maps.targets?.[sample] ?? -1;
	return a("figure", {
		class: "heat-card",
		"data-testid": "heat-card",
		"data-sample": sample,
		"data-target": target,
		children: [
			a("figcaption", { children: [caption(probe, sample), a("span", {
				class: "quiet",
				children: target < 0 ? ", for the output itself" : `, for class ${target}`
			})] }),
			height === 1 ? a(Strip$1, {
				maps,
				input,
				sample
			}) : a("div", {
				class: "heat-pictures",
				children: [input && a("div", {
					class: "heat-over",
					children: [a(InputPicture, {
						stack: input,
						sample,
						side: SIDE$1
					}), a(Heat, {
						maps,
						sample,
						opacity: opacity / 100,
						over: true
					})]
				}), a(Heat, {
					maps,
					sample,
					opacity: 1
				})]
			}),
			a(Guesses, {
				probe,
				predictions,
				sample
			})
		]
	});
}
var rangeOf = (maps, sample) => [maps.offset[sample], maps.offset[sample] + 254 * maps.scale[sample]];
function Heat({ maps, sample, opacity, over }) {
	const { settings, host } = useSession();
	const ref = T$1(null);
	const [, , height, width] = maps.shape;
	const [colours, theme, range] = [
		settings.colours.value,
		host.theme.value,
		settings.range.value
	];
	F$1(() => {
		const context = ref.current?.getContext("2d");
		if (!context) return;
		const all = new Uint32Array(maps.codes.length);
		const shared = range === "shared" ? sharedRange(maps) : void 0;
		colourTiles(maps, pictureTable(colours, theme), shared, all);
		const image = context.createImageData(width, height);
		const pixels = height * width;
		new Uint32Array(image.data.buffer).set(all.subarray(sample * pixels, (sample + 1) * pixels));
		context.putImageData(image, 0, 0);
	}, [
		maps,
		sample,
		colours,
		theme,
		range
	]);
	const zoom = SIDE$1 / Math.max(width, height);
	const hover = (event) => {
		const box = ref.current.getBoundingClientRect();
		const column = Math.floor((event.clientX - box.left) / box.width * width);
		const row = Math.floor((event.clientY - box.top) / box.height * height);
		const code = maps.codes[(sample * height + row) * width + column];
		if (code === void 0) return;
		showTooltip(event.clientX, event.clientY, {
			title: `${maps.name}, sample ${sample}`,
			lines: [{
				label: "row, column",
				value: `${row}, ${column}`
			}, {
				label: "value",
				value: formatNumber(tileValue(maps, sample, code))
			}]
		});
	};
	return a("canvas", {
		ref,
		class: over ? "heat over" : "heat",
		width,
		height,
		role: "img",
		"aria-label": `${maps.name}, sample ${sample}${over ? ", over the input" : ""}`,
		style: {
			width: px(width * zoom),
			height: px(height * zoom),
			opacity: String(opacity)
		},
		onPointerMove: hover,
		onPointerLeave: hideTooltip
	});
}
function Strip$1({ maps, input, sample }) {
	const { settings, host } = useSession();
	const [, , , width] = maps.shape;
	const tokens = tokensOf(input, sample);
	const names = tokens?.length === width ? tokens : void 0;
	const [low, high] = settings.range.value === "shared" ? sharedRange(maps) : rangeOf(maps, sample);
	return a("ol", {
		class: "heat-strip",
		"aria-label": `${maps.name}, sample ${sample}: one value a position`,
		children: Array.from({ length: width }, (_, position) => {
			const value = tileValue(maps, sample, maps.codes[sample * width + position]);
			const place = high > low ? (value - low) / (high - low) : 0;
			const colour = Number.isFinite(value) ? cssColour(settings.colours.value, host.theme.value, place) : nonfiniteColour;
			return a("li", {
				title: `position ${position}${names ? `, id ${names[position]}` : ""}: ${formatNumber(value)}`,
				"data-value": value,
				children: [a("i", { style: { background: colour } }), names?.[position] ?? position]
			}, position);
		})
	});
}
// src/views/activations.tsx
var PROBE = "Give the callback samples to look at: InspectCallback(log_dir, probe=x_test[:8]).";
var INFOS = {
	maps: {
		title: "Maps",
		explained: "The output of the selected layer for each probe sample",
		kind: "maps",
		missing: "Activation maps are not recorded in this run",
		how: PROBE
	},
	attention: {
		title: "Attention",
		explained: "How much each position (query) takes from each other one (key), a picture a head",
		kind: "attention",
		missing: "Attention is not recorded in this run",
		how: `It is of models with attention layers. ${PROBE}`
	},
	saliency: {
		title: "Saliency",
		explained: "Which elements of the input the score depends on most",
		kind: "saliency",
		missing: "Saliency is not recorded in this run",
		how: PROBE
	},
	grad_cam: {
		title: "Grad-CAM",
		explained: "Where a convolution sees what raises the score",
		kind: "grad_cam",
		missing: "Grad-CAM is not recorded in this run",
		how: `It is of models with convolutions. ${PROBE}`
	},
	functions: {
		title: "Functions",
		explained: "Activation functions over the values they met",
		kind: "activation_function",
		missing: "Activation functions are not recorded in this run",
		how: PROBE
	}
};
function Activations() {
	const session = useSession();
	const { picture } = session.settings;
	const names = Object.keys(INFOS);
	const { kind, missing, how } = INFOS[picture.value];
	return a($, { children: [a("div", {
		class: "view-bar",
		children: [a(Choice, {
			label: "What to show",
			testId: "picture",
			value: picture.value,
			options: names.map((name) => [
				name,
				INFOS[name].title,
				INFOS[name].explained
			]),
			onChange: (next) => picture.value = next
		}), a("span", {
			class: "quiet",
			children: INFOS[picture.value].explained
		})]
	}), session.has(kind) ? a(Shown, { picture: picture.value }, picture.value) : a(NotRecorded, {
		what: missing,
		how
	})] });
}
function Shown({ picture }) {
	if (picture === "functions") return a(ActivationCurves, {});
	if (picture === "maps" || picture === "attention") return a(ActivationMaps, { kind: picture });
	return a(HeatOverlay, { kind: picture });
}
function poolCodes(codes, rows, columns, spans, height, diverging, reach = 1) {
	const width = spans.from.length;
	const picture = new Uint8Array(width * height);
	const better = diverging ? fartherCode : largerCode;
	for (let row = 0; row < rows; row++) {
		const line = Math.floor(row * height / rows) * width;
		for (let x = 0; x < width; x++) {
			let best = picture[line + x];
			for (let column = spans.from[x]; column < spans.to[x]; column++) best = better(best, codes[row * columns + column]);
			picture[line + x] = best;
		}
	}
	widen(picture, width, reach);
	return picture;
}
function nonfiniteColumns(picture, width) {
	const found = new Array(width).fill(false);
	picture.forEach((code, index) => {
		if (code === 255) found[index % width] = true;
	});
	return found;
}
function paint(picture, colours, into) {
	for (let index = 0; index < picture.length; index++) into[index] = colours[picture[index]];
}
var largerCode = (a, b) => b > a ? b : a;
function fartherCode(a, b) {
	if (a === 255 || b === 0) return a;
	if (b === 255 || a === 0) return b;
	return Math.abs(b - 128) > Math.abs(a - 128) ? b : a;
}
function widen(picture, width, reach) {
	if (!reach || !picture.includes(255)) return;
	picture.slice().forEach((code, index) => {
		if (code !== 255) return;
		const start = index - index % width;
		const from = Math.max(start, index - reach);
		picture.fill(255, from, Math.min(start + width, index + reach + 1));
	});
}
// src/components/step_band.tsx
function StepBand({ width }) {
	const session = useSession();
	const ref = T$1(null);
	useSignalEffect(() => {
		const band = session.band.value;
		const element = ref.current;
		if (!element) return;
		element.hidden = band === void 0;
		if (band === void 0) return;
		if (width) {
			element.style.transform = `translateX(${Math.round(band.left / 100 * width)}px)`;
			return;
		}
		element.style.left = `${band.left}%`;
		element.style.width = `${band.width}%`;
	});
	return a("div", {
		class: "step-band",
		ref,
		hidden: true
	});
}
// src/components/heatmap.tsx
var LANE$2 = 4;
var SEPARATED_ROW = 9;
function Heatmap(props) {
	const [ref, size] = useSize();
	const canvas = T$1(null);
	const { coded, rows, columns, firstSteps, domain, colours, marked } = props;
	F$1(() => {
		drawHeatmap(canvas, size.value, props);
	}, [
		coded,
		rows,
		columns,
		firstSteps,
		domain,
		colours,
		size.value
	]);
	const hit = (event) => {
		const box = ref.current.getBoundingClientRect();
		const [x, y] = [event.clientX - box.left, event.clientY - box.top - LANE$2];
		const row = Math.floor(y / (box.height - LANE$2) * rows);
		const column = sampleAt(firstSteps, xToStep(x, domain, box.width));
		if (row < 0 || row >= rows || column < 0) return void 0;
		return {
			row,
			column,
			x: event.clientX,
			y: event.clientY
		};
	};
	const follow = (event) => {
		const cell = hit(event);
		if (cell) props.onHover(cell);
		if (cell && event.buttons & 1) props.onPick(cell);
	};
	return a("div", {
		class: "heatmap",
		ref,
		...props.onMoveRow && {
			tabIndex: 0,
			role: "group",
			"aria-label": props.label,
			onKeyDown: (event) => moveRow(event, props.onMoveRow)
		},
		onPointerMove: follow,
		onPointerLeave: hideTooltip,
		onPointerDown: (event) => {
			const cell = hit(event);
			if (cell) props.onPick(cell);
		},
		children: [
			a("canvas", {
				ref: canvas,
				role: "img",
				"aria-label": props.label,
				"data-testid": props.testId
			}),
			marked && a("div", {
				class: "row-mark",
				style: {
					top: `calc(${LANE$2}px + (100% - ${LANE$2}px) * ${marked[0] / rows})`,
					height: `calc((100% - ${LANE$2}px) * ${(marked[1] - marked[0]) / rows})`
				}
			}),
			a(StepBand, {})
		]
	});
}
function moveRow(event, move) {
	const rows = {
		ArrowUp: -1,
		ArrowDown: 1,
		PageUp: -10,
		PageDown: 10
	}[event.key];
	if (rows === void 0) return;
	event.preventDefault();
	event.stopPropagation();
	move(rows);
}
function drawHeatmap(canvas, size, { coded, rows, columns, firstSteps, domain, colours, separated }) {
	const context = prepareCanvas(canvas.current, size);
	if (!context || !rows || !columns) return;
	const density = window.devicePixelRatio || 1;
	const width = Math.round(size.width * density);
	const room = size.height - LANE$2;
	const lines = Math.min(rows, Math.round(room * density));
	const spans = columnSpans(firstSteps, domain, width);
	const picture = poolCodes(coded.codes, rows, columns, spans, lines, coded.scale.diverging);
	const image = new ImageData(width, lines);
	paint(picture, colours, new Uint32Array(image.data.buffer));
	const atlas = new OffscreenCanvas(width, lines);
	atlas.getContext("2d").putImageData(image, 0, 0);
	context.imageSmoothingEnabled = false;
	context.drawImage(atlas, 0, 0, width, lines, 0, LANE$2, size.width, room);
	drawLane(context, nonfiniteColumns(picture, width), density);
	if (separated !== false && room / rows >= SEPARATED_ROW) drawSeparators(context, size.width, room, rows, density);
}
function drawLane(context, found, density) {
	context.fillStyle = nonfiniteColour;
	found.forEach((marked, x) => {
		if (marked) context.fillRect(x / density, 0, 1 / density, 3);
	});
}
function drawSeparators(context, width, room, rows, density) {
	for (let row = 1; row < rows; row++) {
		const y = Math.round((LANE$2 + row * room / rows) * density) / density;
		context.clearRect(0, y, width, 1 / density);
	}
}
// src/components/metric_controls.tsx
function MetricControls() {
	const { settings, run, loss } = useSession();
	const { kind, statistic } = settings;
	const kinds = Object.entries(TIME_KINDS).filter(([key]) => run.value?.kinds.includes(key));
	const available = (of) => {
		const names = of === "epoch" ? [...loss.data?.epochs.keys() ?? []] : statisticsOf(of);
		return names.includes(statistic.value) || of !== kind.value ? names : [statistic.value, ...names];
	};
	const choose = (next) => {
		kind.value = next;
		const known = available(next);
		if (!known.includes(statistic.value)) statistic.value = known[0];
	};
	return a($, { children: [a(Select, {
		label: "Kind",
		value: kind.value,
		options: kinds,
		onChange: choose,
		testId: "kind"
	}), a(Select, {
		label: "Statistic",
		value: statistic.value,
		options: available(kind.value).map((key) => [key, statisticInfo(key).title]),
		onChange: (next) => statistic.value = next,
		testId: "statistic"
	})] });
}
// src/components/row_labels.tsx
var CHARACTER_WIDTH = 6.2;
var NARROWEST_GUTTER = 72;
var WIDEST_GUTTER = 260;
var LOWEST_LABEL$1 = 11;
function gutterOf(names) {
	const longest = names.reduce((most, name) => Math.max(most, name.length), 0);
	const wanted = Math.ceil(longest * CHARACTER_WIDTH) + 22;
	return Math.min(WIDEST_GUTTER, Math.max(NARROWEST_GUTTER, wanted));
}
function markedRows(names, layer) {
	if (!layer) return void 0;
	const own = new Set([...layer.variables.map((variable) => variable.path), ...layer.sites.map((site) => site.name)]);
	const first = names.findIndex((name) => own.has(name));
	if (first < 0) return void 0;
	let end = first;
	while (end < names.length && own.has(names[end])) end++;
	return [first, end];
}
function RowLabels({ names, height }) {
	const session = useSession();
	const room = height - 4;
	const stride = Math.max(1, Math.ceil(LOWEST_LABEL$1 * names.length / room));
	return a("div", {
		class: "row-labels",
		children: names.map((name, row) => {
			if (row % stride) return null;
			const [prefix, own] = splitPath(name);
			const layer = layerOfRow(session.layers.value, name);
			return a("button", {
				type: "button",
				title: name,
				class: layer && layer === session.layer.value ? "selected" : "",
				style: {
					top: px(4 + row * room / names.length),
					height: px(stride * room / names.length)
				},
				onClick: () => layer && (session.settings.layer.value = layer.path),
				children: [a("span", {
					class: "prefix",
					children: prefix
				}), a("span", {
					class: "name",
					children: own
				})]
			}, name);
		})
	});
}
// src/draw/ticks.ts
function linearTicks(low, high, count, whole = false) {
	if (!(high > low) || count < 1) return [low];
	const rough = (high - low) / count;
	const power = 10 ** Math.floor(Math.log10(rough));
	const factor = [
		1,
		2,
		5,
		10
	].find((candidate) => candidate * power >= rough);
	const interval = whole ? Math.max(1, Math.round(factor * power)) : factor * power;
	const first = Math.ceil(low / interval - 1e-9);
	const last = Math.floor(high / interval + 1e-9);
	return Array.from({ length: last - first + 1 }, (_, i) => round$1((first + i) * interval));
}
function logTicks(low, high, count) {
	const first = Math.ceil(Math.log10(low) - 1e-9);
	const last = Math.floor(Math.log10(high) + 1e-9);
	if (last - first < 1) return withinDecades(low, high, count);
	const stride = Math.ceil((last - first + 1) / count);
	const ticks = [];
	for (let exponent = first; exponent <= last; exponent += stride) ticks.push(round$1(10 ** exponent));
	return ticks;
}
function withinDecades(low, high, count) {
	const power = 10 ** Math.floor(Math.log10(low));
	const marks = [
		1,
		2,
		5,
		10,
		20,
		50,
		100
	].map((factor) => round$1(factor * power)).filter((tick) => tick >= low && tick <= high);
	return marks.length > 1 ? marks : linearTicks(low, high, count);
}
var round$1 = (value) => Number(value.toPrecision(12));
// src/components/time_axis.tsx
var PIXELS_PER_TICK$1 = 90;
function TimeAxis({ width }) {
	const { first, end } = useSession().domain.value;
	return a("div", {
		class: "time-axis",
		"aria-hidden": "true",
		children: linearTicks(first, end - 1, Math.max(2, width / PIXELS_PER_TICK$1), true).map((step) => a("span", {
			style: { left: `${100 * (step - first) / (end - first)}%` },
			children: formatCount(step)
		}, step))
	});
}
// src/state/overview.ts
var OVERVIEW_COLUMNS = [
	{
		key: "gradient.l2",
		title: "Gradient",
		kind: "gradient",
		statistic: "l2",
		definition: "L2 norm of the gradient of all trainable variables of the layer together."
	},
	{
		key: "weight.l2",
		title: "Weights",
		kind: "weight",
		statistic: "l2",
		definition: "L2 norm of all trainable variables of the layer together."
	},
	{
		key: "update.ratio",
		title: "Update ratio",
		kind: "update",
		statistic: "ratio",
		definition: "L2 norm of the step’s change of the layer’s variables, divided by the L2 norm of the variables."
	},
	{
		key: "activation.mean",
		title: "Output mean",
		kind: "activation",
		statistic: "mean",
		definition: "Mean of the layer’s output over the batch."
	},
	{
		key: "activation.std",
		title: "Output std",
		kind: "activation",
		statistic: "std",
		definition: "Standard deviation of the layer’s output over the batch."
	},
	{
		key: "activation.zero_fraction",
		title: "Zeros",
		kind: "activation",
		statistic: "zero_fraction",
		definition: "Share of the layer’s output that is exactly zero in this batch."
	},
	{
		key: "activation.dead_fraction",
		title: "Dead units",
		kind: "activation",
		statistic: "dead_fraction",
		definition: "Share of units that were zero for every input of the window of sampled batches."
	},
	{
		key: "representation.effective_rank",
		title: "Rank",
		kind: "representation",
		statistic: "effective_rank",
		definition: "Effective rank: directions that hold 99 % of the variance of the output over the probe samples, at the newest snapshot."
	}
];
var OVERVIEW_STATISTICS = {
	gradient: ["l2"],
	weight: ["l2"],
	update: ["l2"],
	activation: [
		"mean",
		"std",
		"zero_fraction",
		"dead_fraction"
	],
	representation: ["effective_rank"]
};
function layerSeries(tables, layer, column) {
	if (column.kind === "activation") {
		const site = layer.sites[0];
		const table = tables.get("activation");
		return site && table && tableRow(table, site.name, column.statistic);
	}
	if (column.kind === "representation") return rankSeries(tables, layer);
	if (column.key !== "update.ratio") return layerNorm(tables.get(column.kind), layer);
	const update = layerNorm(tables.get("update"), layer);
	const weight = layerNorm(tables.get("weight"), layer);
	return update && weight && update.map((value, index) => value / weight[index]);
}
function rankSeries(tables, layer) {
	const table = tables.get("representation");
	const [site] = layer.sites;
	const ranks = site && table && tableRow(table, site.name, "effective_rank");
	const [samples] = [...tables.values()].filter(({ kind }) => kind !== "representation");
	if (!ranks || !samples) return void 0;
	return Float32Array.from(samples.steps, (_, column) => ranks[sampleAt(table.steps, bandEnd(samples.steps, column))]);
}
function layerNorm(table, layer) {
	if (!table) return void 0;
	const rows = layer.variables.flatMap((variable) => tableRow(table, variable.path, "l2") ?? []);
	if (rows.length < 2) return rows[0];
	return Float32Array.from(table.steps, (_, index) => Math.hypot(...rows.map((row) => row[index])));
}
function tableRow(table, name, statistic) {
	const known = ROWS.get(table) ?? new Map();
	if (!known.size) ROWS.set(table, known);
	const rows = known.get(statistic) ?? rowsOf(table, statistic);
	known.set(statistic, rows);
	return rows.get(name);
}
var ROWS = new WeakMap();
function rowsOf({ names, steps, values }, statistic) {
	const all = values.get(valuesKey(statistic));
	const columns = steps.length;
	const rows = new Map();
	for (let row = all ? names.length - 1 : -1; row >= 0; row--) rows.set(names[row], all.subarray(row * columns, (row + 1) * columns));
	return rows;
}
function isMissing(table, name, statistic, column) {
	if (!statisticInfo(statistic).nanIsMissing) return false;
	if (!Number.isNaN(tableRow(table, name, statistic)?.[column])) return false;
	return statistic !== "ratio" || Number.isFinite(tableRow(table, name, "l2")?.[column] ?? 0);
}
function overviewRows(tables, layers) {
	return layers.map((layer) => {
		const series = new Map();
		for (const column of OVERVIEW_COLUMNS) {
			const values = layerSeries(tables, layer, column);
			if (values) series.set(column.key, values);
		}
		return {
			layer,
			series
		};
	});
}
function valuesAt(rows, index) {
	return new Map(rows.map(({ layer, series }) => {
		const values = [...series].map(([key, numbers]) => [key, numbers[index]]);
		return [layer.path, new Map(values.filter(([key, value]) => applies(key, value)))];
	}));
}
function applies(key, value) {
	if (value === void 0) return false;
	return key !== "activation.dead_fraction" || !Number.isNaN(value);
}
function orderRows(rows, order, values, severity = () => 0) {
	if (order === "model") return [...rows];
	const of = (row) => values.get(row.layer.path) ?? new Map();
	if (order === "worst") {
		const median = medianGradient(values);
		return sortBy(rows, (row) => {
			const rank = severity(row.layer.path);
			return -(rank ? 1 + rank : Math.min(badness(of(row), median), NOT_FINITE));
		});
	}
	const descending = order.startsWith("-");
	const key = descending ? order.slice(1) : order;
	return sortBy(rows, (row) => {
		const value = of(row).get(key);
		if (value === void 0) return Infinity;
		const rank = Number.isFinite(value) ? value : Number.MAX_VALUE;
		return descending ? -rank : rank;
	});
}
var DECADES_LIKE_DEAD = 6;
var NOT_FINITE = 2.5;
function badness(values, median) {
	if ([...values.values()].some((value) => !Number.isFinite(value))) return Infinity;
	const gradient = values.get("gradient.l2");
	const dead = values.get("activation.dead_fraction") ?? 0;
	if (gradient === void 0 || !(median > 0)) return dead;
	const decades = gradient > 0 ? Math.log10(median / gradient) : DECADES_LIKE_DEAD;
	return Math.max(dead, Math.min(1, decades / DECADES_LIKE_DEAD));
}
function medianGradient(values) {
	const gradients = [...values.values()].map((layer) => layer.get("gradient.l2") ?? NaN).filter((value) => value > 0 && Number.isFinite(value)).sort((a, b) => a - b);
	return gradients[gradients.length >> 1] ?? NaN;
}
function sortBy(rows, key) {
	const keyed = rows.map((row, place) => ({
		row,
		place,
		rank: key(row)
	}));
	keyed.sort((a, b) => a.rank === b.rank ? a.place - b.place : a.rank < b.rank ? -1 : 1);
	return keyed.map(({ row }) => row);
}
// src/state/compare.ts
function matchRows(first, second) {
	const known = new Set(first);
	return [...first, ...second.filter((name) => !known.has(name))];
}
function rowsByName(table, names, statistic) {
	const columns = table.steps.length;
	const values = new Float32Array(names.length * columns).fill(NaN);
	const missing = new Uint8Array(values.length).fill(1);
	names.forEach((name, row) => {
		const own = tableRow(table, name, statistic);
		if (!own) return;
		values.set(own, row * columns);
		own.forEach((_, column) => {
			missing[row * columns + column] = isMissing(table, name, statistic, column) ? 1 : 0;
		});
	});
	return {
		values,
		missing
	};
}
function differenceKind(tables, statistic, isShare) {
	const isSigned = tables.some((table) => table.values.get(valuesKey(statistic))?.some((value) => value < 0));
	return isShare || isSigned ? "difference" : "ratio";
}
function differ(first, second, kind) {
	if (!Number.isFinite(first) || !Number.isFinite(second)) return NaN;
	if (kind === "difference") return second - first;
	if (first === second) return 0;
	const ratio = Math.log2(second / first);
	return Math.max(-10, Math.min(10, ratio));
}
function differences(first, second, kind) {
	const [columns, others] = [first.steps.length, second.steps.length];
	const rows = columns ? first.cells.values.length / columns : 0;
	const values = new Float32Array(rows * columns).fill(NaN);
	const missing = new Uint8Array(values.length).fill(1);
	const sample = Array.from(first.steps, (step) => overlapping(second.steps, step));
	for (let row = 0; row < rows; row++) for (let column = 0; column < columns; column++) {
		const at = row * columns + column;
		const other = row * others + sample[column];
		if (sample[column] < 0 || first.cells.missing[at] || second.cells.missing[other]) continue;
		missing[at] = 0;
		values[at] = differ(first.cells.values[at], second.cells.values[other], kind);
	}
	return {
		values,
		missing
	};
}
function overlapping(steps, step) {
	return steps.length && step <= steps[steps.length - 1] ? lastAtMost(steps, step) : -1;
}
// src/views/compare.tsx
function Compare() {
	const session = useSession();
	const { kind, statistic } = session.settings;
	const wanted = () => [
		kind.value,
		statistic.value,
		session.pooled.value
	];
	const first = useResource(session.client, () => session.has(kind.value) ? session.request((run) => metricQuery(run, ...wanted())) : void 0, session.host.visible);
	const second = useResource(session.client, () => {
		const run = session.other.value;
		if (!run?.kinds.includes(kind.value)) return void 0;
		return requestOf(run, (name) => metricQuery(name, ...wanted()));
	}, session.host.visible);
	const problem = useProblem();
	return a($, { children: [a("div", {
		class: "view-bar",
		children: [a(OtherRun, {}), a(MetricControls, {})]
	}), problem ?? a(Pending, {
		loaded: first.state.value,
		retry: () => first.retry(),
		class: "compare",
		children: (a$4) => a(Pending, {
			loaded: second.state.value,
			retry: () => second.retry(),
			children: (b) => a(Comparison, {
				first: a$4,
				second: b
			})
		})
	})] });
}
function useProblem() {
	const { runs, run, other, settings } = useSession();
	const kind = KINDS$1[settings.kind.value];
	if ((runs.state.value.data?.runs.length ?? 0) < 2) return a(NotRecorded, {
		what: "There is no other run to compare with",
		how: "Train again with InspectCallback, into another directory inside TensorBoard’s log directory."
	});
	if (!other.value) return a(NotRecorded, {
		what: `There is no run ${JSON.stringify(settings.compare.value)}`,
		how: "Choose another run to compare with above."
	});
	const lacking = [run.value, other.value].find((each) => each && !each.kinds.includes(settings.kind.value));
	return lacking ? a(NotRecorded, {
		what: `${kind} statistics are not recorded in ${lacking.name}`,
		how: `Choose another kind, or record them with InspectCallback(${settings.kind.value}s=True).`
	}) : void 0;
}
function OtherRun() {
	const session = useSession();
	const own = session.run.value?.name;
	const names = (session.runs.state.value.data?.runs ?? []).map((run) => run.name).filter((name) => name !== own);
	const value = session.other.value?.name ?? session.settings.compare.value;
	return a(Select, {
		label: "Compare with",
		value,
		options: (names.includes(value) ? names : [value, ...names]).map((name) => [name, name || "no other run"]),
		onChange: (name) => session.settings.compare.value = name,
		testId: "compare-with",
		visibleLabel: true
	});
}
var HIGHEST_ROW$1 = 22;
var NUMBERS = 76;
function useComparison(first, second) {
	const { filter } = useSession();
	const { matches } = filter.value;
	return w$2(() => {
		const statistic = [...first.values.keys()][0].split("/")[0];
		const info = statisticInfo(statistic);
		const names = matchRows(first.names, second.names).filter(matches);
		const extent = sharedExtent([first, second], statistic, info.scale === "log");
		const side = (table) => {
			const cells = rowsByName(table, names, statistic);
			const coded = encode({
				rows: names.length,
				columns: table.steps.length,
				values: cells.values
			}, info.scale, (index) => cells.missing[index] === 1, info.format === "percent" ? [0, 1] : extent);
			return {
				steps: table.steps,
				firstSteps: table.firstSteps,
				cells,
				coded
			};
		};
		const [a, b] = [side(first), side(second)];
		const kind = differenceKind([first, second], statistic, info.format === "percent");
		const cells = differences(a, b, kind);
		const reach = largestMagnitude(cells.values) || 1;
		const coded = encode({
			rows: names.length,
			columns: first.steps.length,
			values: cells.values
		}, "linear", (index) => cells.missing[index] === 1, [-reach, reach]);
		return {
			names,
			statistic,
			info,
			a,
			b,
			difference: {
				steps: first.steps,
				firstSteps: first.firstSteps,
				cells,
				coded
			},
			kind
		};
	}, [
		first,
		second,
		matches
	]);
}
function sharedExtent(tables, statistic, log) {
	let [low, high] = [Infinity, -Infinity];
	for (const table of tables) for (const value of table.values.get(valuesKey(statistic)) ?? []) {
		if (!Number.isFinite(value) || log && value <= 0) continue;
		low = Math.min(low, value);
		high = Math.max(high, value);
	}
	if (!(low <= high)) return void 0;
	if (log) return [Math.max(low, high / 0xe8d4a51000), high];
	const reach = Math.max(-low, high);
	return low < 0 ? [-reach, reach] : [low, high];
}
function largestMagnitude(values) {
	let most = 0;
	for (const value of values) if (Math.abs(value) > most) most = Math.abs(value);
	return most;
}
function Comparison({ first, second }) {
	const session = useSession();
	const compared = useComparison(first, second);
	const { names, kind, a: a$5, b, difference } = compared;
	const [ref, size] = useSize();
	const gutter = w$2(() => gutterOf(names), [names]);
	const [own, other] = [session.run.value?.name ?? "", session.other.value?.name ?? ""];
	const step = session.step.value ?? 0;
	const both = names.filter((name) => first.names.includes(name) && second.names.includes(name));
	const numbers = numbersAt(compared, step);
	return a(WithTable, {
		sheet: w$2(() => {
			const columns = [
				numbers.a,
				numbers.b,
				numbers.difference
			];
			return {
				title: `${compared.info.title} at step ${step}`,
				columns: [
					"name",
					own,
					other,
					kind === "ratio" ? "log2 of the ratio" : "difference"
				],
				rows: names.length,
				cell: (row, column) => column ? columns[column - 1][row] : names[row]
			};
		}, [compared, step]),
		children: a("div", {
			class: "compare-plots",
			ref,
			style: { "--gutter": px(gutter) },
			"data-rows": both.length,
			children: [
				both.length === 0 && a("p", {
					class: "quiet compare-note",
					children: "No layer has the same name in both runs."
				}),
				a(Panel, {
					title: own,
					side: a$5,
					numbers: numbers.a,
					compared,
					testId: "compare-first"
				}),
				a(Panel, {
					title: other,
					side: b,
					numbers: numbers.b,
					compared,
					testId: "compare-second"
				}),
				a(Panel, {
					title: kind === "ratio" ? `${other} ÷ ${own}` : `${other} − ${own}`,
					side: difference,
					numbers: numbers.difference,
					compared,
					diverging: true,
					testId: "compare-difference"
				}),
				a("div", {
					class: "axis-row compare-axis",
					children: [
						a("span", {
							class: "axis-name",
							children: "step"
						}),
						a(TimeAxis, { width: size.value.width - gutter - NUMBERS }),
						a("span", {
							class: "axis-name",
							children: "at this step"
						})
					]
				})
			]
		})
	});
}
function numbersAt({ names, a, b, kind }, step) {
	const at = (side, column) => names.map((_, row) => {
		const index = row * side.steps.length + column;
		return column < 0 || side.cells.missing[index] ? void 0 : side.cells.values[index];
	});
	const first = at(a, sampleAt(a.steps, step));
	const second = at(b, overlapping(b.steps, step));
	return {
		a: first,
		b: second,
		difference: names.map((_, row) => {
			const [one, other] = [first[row], second[row]];
			return one === void 0 || other === void 0 ? void 0 : differ(one, other, kind);
		})
	};
}
function Panel({ title, side, numbers, compared, diverging, testId }) {
	const session = useSession();
	const { names, info, kind } = compared;
	const theme = session.host.theme.value;
	const [ref, size] = useSize();
	const height = size.value.height;
	const map = diverging ?? side.coded.scale.diverging ? "diverging" : session.settings.colours.value;
	const write = (value) => diverging ? formatDifference(value, kind) : formatValue(value, info.format);
	const marked = markedRows(names, session.layer.value);
	return a("section", {
		class: "compare-panel",
		style: { maxHeight: px(names.length * HIGHEST_ROW$1 + 28) },
		children: [a("header", { children: [
			a("h3", { children: title }),
			a("span", { class: "spring" }),
			a("span", {
				class: "reading",
				children: [
					write(side.coded.scale.low),
					" ",
					a("i", {
						class: "gradient",
						style: { background: cssGradient(map, theme) }
					}),
					" ",
					write(side.coded.scale.high)
				]
			}),
			side.coded.zeros > 0 && a("span", {
				class: "reading",
				children: [a("i", {
					class: "swatch",
					style: { background: zeroColour(theme) }
				}), "0"]
			}),
			side.coded.nonfinite > 0 && a("span", {
				class: "reading alarm",
				children: [a("i", {
					class: "swatch",
					style: { background: nonfiniteColour }
				}), "NaN, Inf"]
			})
		] }), a("div", {
			class: "compare-frame",
			ref,
			children: [
				a(RowLabels, {
					names,
					height
				}),
				a(Heatmap, {
					coded: side.coded,
					rows: names.length,
					columns: side.steps.length,
					firstSteps: side.firstSteps,
					domain: session.domain.value,
					colours: colourTable(map, theme),
					label: `${title}: ${info.title} of ${names.length} rows`,
					testId,
					marked,
					onHover: (hit) => showCell$1(hit, compared, side),
					onPick: ({ row, column }) => {
						const layer = layerOfRow(session.layers.peek(), names[row]);
						if (layer) session.settings.layer.value = layer.path;
						session.goTo(side.steps[column]);
					}
				}),
				a(Numbers, {
					names,
					numbers,
					height,
					write,
					testId
				})
			]
		})]
	});
}
var LOWEST_NUMBER = 11;
function Numbers(props) {
	const { names, numbers, height, write, testId } = props;
	const room = height - 4;
	const stride = Math.max(1, Math.ceil(LOWEST_NUMBER * names.length / Math.max(1, room)));
	return a("div", {
		class: "row-numbers",
		children: names.map((name, row) => {
			const value = numbers[row];
			if (row % stride) return null;
			return a("span", {
				class: value !== void 0 && !Number.isFinite(value) ? "alarm" : "",
				style: { top: px(4 + (row + stride / 2) * room / names.length) },
				title: value === void 0 ? "not recorded at this step" : String(value),
				"data-row": name,
				"data-testid": `${testId}-number`,
				"data-value": value ?? "",
				children: value === void 0 ? "–" : write(value)
			}, name);
		})
	});
}
function formatDifference(value, kind) {
	if (!Number.isFinite(value)) return formatNumber(value);
	if (kind === "difference") return (value > 0 ? "+" : "") + formatNumber(value);
	if (value === 0) return "= 1";
	const factor = 2 ** Math.abs(value);
	const most = Math.abs(value) >= 10 ? "≥ " : "";
	const text = factor < 10 ? factor.toPrecision(3) : String(Math.round(factor));
	return `${value > 0 ? "×" : "÷"} ${most}${text}`;
}
function showCell$1({ row, column, x, y }, compared, side) {
	const { names, info, kind } = compared;
	const step = side.steps[column];
	const { a, b, difference } = numbersAt(compared, step);
	const write = (value) => value === void 0 ? "not recorded" : formatValue(value, info.format);
	const against = difference[row];
	showTooltip(x, y, {
		title: names[row],
		lines: [
			{
				label: "step",
				value: formatCount(step)
			},
			{
				label: "this run",
				value: write(a[row])
			},
			{
				label: "the other",
				value: write(b[row])
			},
			{
				label: kind,
				value: against === void 0 ? "–" : formatDifference(against, kind)
			}
		],
		note: info.definition
	});
}
// src/state/control.ts
var controlsQuery = (run) => ({
	url: `controls?${query$1({ run })}`,
	decode: json
});
var marksOf = (entries) => entries.filter((entry) => entry.outcome === "done" && entry.new !== "");
function entryText({ command, why, old, new: now }) {
	if (command === "breakpoint") return `paused: ${why}`;
	return `${words(command)}: ${old ? `${old} → ` : ""}${now}`;
}
var words = (name) => name.replaceAll("_", " ");
var ALIVE_POLL = 1e3;
var IDLE_POLL = 15e3;
var ANSWER_POLL = 500;
var STORED = "keras_inspect.token.";
var Steering = class {
	session;
	answer = y$1(void 0);
	token = y$1("");
	busy = y$1("");
	message = y$1(void 0);
	open = y$1(false);
	look = y$1(void 0);
	training;
	run;
	timer;
	held = "";
	constructor(session) {
		this.session = session;
		this.run = O(() => session.run.value?.name ?? "");
		this.training = O(() => {
			const { alive, state } = this.answer.value ?? {};
			return alive && state && state.status !== "ended" ? state : void 0;
		});
		x$1(() => {
			const run = this.run.value;
			clearTimeout(this.timer);
			this.answer.value = this.look.value = this.message.value = void 0;
			this.token.value = stored(run);
			if (run && session.host.visible.value) this.poll(run);
		});
	}
	setToken(token) {
		this.token.value = token.trim();
		try {
			sessionStorage.setItem(STORED + this.run.peek(), this.token.peek());
		} catch {}
	}
	async send(command, given = {}) {
		if (!this.token.peek()) {
			this.open.value = true;
			return;
		}
		this.busy.value = command;
		this.message.value = void 0;
		const run = this.run.peek();
		const id = newId();
		try {
			const body = JSON.stringify({
				id,
				command,
				arguments: given
			});
			let outcome = await this.ask(`control/command?${query$1({ run })}`, body);
			while (outcome.outcome === "waiting") {
				this.message.value = {
					text: "Waits for the step that is running to end…",
					bad: false
				};
				await new Promise((resolve) => setTimeout(resolve, ANSWER_POLL));
				outcome = await this.ask(`control/answer?${query$1({
					run,
					id
				})}`);
			}
			const done = outcome.outcome === "done";
			const text = done ? doneText(outcome) : `${outcome.outcome}: ${outcome.why}`;
			this.message.value = {
				text: `${words(command)}: ${text}`,
				bad: !done
			};
			return done ? outcome : void 0;
		} catch (error) {
			const text = error instanceof Error ? error.message : String(error);
			this.message.value = {
				text,
				bad: true
			};
			return;
		} finally {
			this.busy.value = "";
			await this.refresh(run);
		}
	}
	async lookAt(command, given = {}) {
		const outcome = await this.send(command, given);
		if (!outcome) return;
		try {
			const url = `control/look?${query$1({
				run: this.run.peek(),
				id: outcome.id
			})}`;
			const answer = decodeContainer(await (await this.fetch(url)).arrayBuffer());
			const detail = outcome.detail ?? {};
			const step = this.answer.peek()?.state?.step ?? 0;
			if (detail.form === "probe") {
				const losses = detail.losses;
				const batch = {
					probe: readProbe(answer),
					samples: detail.samples,
					losses: losses?.map(Number),
					note: detail.why_no_losses,
					size: detail.batch_size
				};
				this.look.value = {
					step,
					batch
				};
			} else {
				const l2 = detail.l2 === void 0 ? "" : `, l2 ${Number(detail.l2).toPrecision(4)}`;
				const what = command === "look_at_gradient" ? "Gradient by" : "Output of";
				const maps = readMaps(answer);
				this.look.value = {
					step,
					maps,
					text: `${what} ${maps.name}${l2}`
				};
			}
		} catch (error) {
			this.message.value = {
				text: String(error),
				bad: true
			};
		}
	}
	async poll(run) {
		await this.refresh(run);
		if (run !== this.run.peek() || !this.session.host.visible.peek()) return;
		const { alive, state } = this.answer.peek() ?? {};
		const lives = alive !== false && state !== null && state?.status !== "ended";
		clearTimeout(this.timer);
		this.timer = setTimeout(() => void this.poll(run), lives ? ALIVE_POLL : IDLE_POLL);
	}
	async refresh(run) {
		try {
			const answer = await this.ask(`control?${query$1({ run })}`);
			const text = JSON.stringify(answer, (key, value) => key === "beat" || key === "time" ? void 0 : value);
			if (run !== this.run.peek() || text === this.held && this.answer.peek()) return;
			this.held = text;
			this.answer.value = answer;
			if (answer.state?.status !== "paused") this.look.value = void 0;
		} catch {}
	}
	async ask(url, body) {
		return await (await this.fetch(url, body)).json();
	}
	async fetch(url, body) {
		const headers = {};
		if (this.token.peek()) headers["X-Keras-Inspect-Control"] = this.token.peek();
		if (body !== void 0) headers["Content-Type"] = "application/json";
		const method = body === void 0 ? "GET" : "POST";
		const response = await fetch(`./${url}`, {
			method,
			headers,
			body: body ?? null
		});
		if (response.ok) return response;
		const { error } = await response.json().catch(() => ({}));
		throw new Error(error ?? `The server answered ${response.status}`);
	}
};
function doneText({ old, new: now }) {
	if (!now) return "done";
	return old ? `${old} → ${now}` : now;
}
function newId() {
	const random = crypto.getRandomValues(new Uint8Array(8));
	const digits = Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join("");
	return `${String(Date.now()).padStart(13, "0")}000000-${digits}`;
}
function stored(run) {
	try {
		return sessionStorage.getItem(STORED + run) ?? "";
	} catch {
		return "";
	}
}
var steerings = new WeakMap();
function steeringOf(session) {
	const known = steerings.get(session) ?? new Steering(session);
	steerings.set(session, known);
	return known;
}
// src/views/control_panel.tsx
function ControlPanel() {
	const steering = steeringOf(useSession());
	const ref = T$1(null);
	const open = steering.open.value;
	A$1(() => {
		if (open) ref.current?.focus({ preventScroll: true });
	}, [open]);
	if (!open) return null;
	const { answer, training, message, busy } = steering;
	return a("section", {
		class: "finding-panel steer",
		ref,
		tabIndex: -1,
		"aria-label": "Steer the training",
		"aria-busy": busy.value !== "",
		"data-testid": "control-panel",
		children: [
			a("header", { children: [a("h2", { children: "Steer the training" }), a(IconButton, {
				label: "Close",
				onClick: () => steering.open.value = false,
				children: a("path", { d: "M4.300 3.200L8 6.900l3.700-3.700 1.100 1.100L9.100 8l3.700 3.700-1.100 1.100L8 9.100l-3.700 3.700-1.100-1.100L6.900 8 3.200 4.300z" })
			})] }),
			message.value && a("p", {
				role: "status",
				class: message.value.bad ? "alarm" : "quiet",
				"data-testid": "control-message",
				children: message.value.text
			}),
			!training.value || !answer.value?.enabled ? a("p", {
				class: "quiet",
				"data-testid": "control-why",
				children: whyNot(answer.value)
			}) : steering.token.value ? a(Controls$2, { training: training.value }) : a(TokenField, {})
		]
	});
}
function whyNot(answer) {
	if (answer?.why) return answer.why;
	if (answer?.state?.status === "ended") return "The training has ended.";
	return "The training says nothing any more: its process is dead or stopped.";
}
function TokenField() {
	const steering = steeringOf(useSession());
	const text = useSignal("");
	return a("form", {
		onSubmit: (event) => {
			event.preventDefault();
			steering.setToken(text.value);
		},
		children: [a("p", {
			class: "quiet",
			children: [
				"Each command carries the training’s token. It is on the console of the training, and in",
				" ",
				a("code", { children: "keras_inspect_control/token" }),
				" of the run’s directory. It is kept until this browser tab is closed."
			]
		}), a(Row, {
			label: "Token",
			children: [a("input", {
				type: "password",
				autocomplete: "off",
				"aria-label": "Token",
				"data-testid": "token",
				value: text.value,
				onInput: (event) => text.value = event.currentTarget.value
			}), a("button", {
				type: "submit",
				class: "button",
				disabled: !text.value,
				"data-testid": "use-token",
				children: "Use"
			})]
		})]
	});
}
function Controls$2({ training }) {
	const session = useSession();
	const paused = training.status === "paused";
	const layer = session.layer.value;
	const path = layer?.path ?? "";
	const frozen = training.frozen.includes(path);
	const own = layer?.variables.map((variable) => variable.path) ?? [];
	const chosen = session.settings.tensor.value;
	const variable = own.includes(chosen) ? chosen : own[0];
	return a($, { children: [
		a("p", {
			"data-testid": "control-status",
			children: paused ? a($, { children: [
				"Paused before step ",
				a("b", { children: formatCount(training.step) }),
				": ",
				training.why,
				"."
			] }) : a($, { children: [
				"Running, at step ",
				a("b", { children: formatCount(training.step) }),
				", epoch ",
				training.epoch + 1,
				"."
			] })
		}),
		a(Row, {
			label: "Run",
			children: [
				paused ? a(Do, {
					command: "resume",
					children: training.may_retry ? "Skip step" : "Resume"
				}) : a(Do, {
					command: "pause",
					children: "Pause"
				}),
				training.may_retry && a(Do, {
					command: "resume",
					given: { retry: true },
					children: "Retry step"
				}),
				a(NumberField, {
					command: "step",
					name: "count",
					unit: "Run steps",
					initial: "10"
				}),
				a(Do, {
					command: "run_to_epoch_end",
					children: "To epoch’s end"
				}),
				a(Do, {
					command: "stop",
					title: "End the training after the next step",
					children: "Stop"
				})
			]
		}),
		a(Row, {
			label: "Learning rate",
			children: [
				a(NumberField, {
					command: "set_learning_rate",
					name: "value",
					unit: "Set",
					initial: formatPlain(training.learning_rate ?? void 0)
				}),
				[
					.1,
					.5,
					2
				].map((factor) => a(Do, {
					command: "scale_learning_rate",
					given: { factor },
					children: ["×", factor]
				}, factor)),
				training.learning_rate_source === "override" && a(Do, {
					command: "use_schedule",
					children: "Use schedule"
				}),
				training.learning_rate_source !== "variable" && a("span", {
					class: "quiet",
					children: training.learning_rate_source === "override" ? "overrides the schedule" : "of a schedule; setting it overrides that, with a re-trace"
				})
			]
		}),
		a(Clipping, { training }, JSON.stringify(training.clipping)),
		a(Row, {
			label: "Layer",
			children: [a(Do, {
				command: frozen ? "unfreeze" : "freeze",
				given: { layers: [path] },
				children: [
					frozen ? "Unfreeze" : "Freeze",
					" ",
					path
				]
			}), a("span", {
				class: "quiet",
				children: training.frozen.length ? `frozen: ${training.frozen.join(", ")}` : "re-traces the step"
			})]
		}),
		a(Row, {
			label: "Record",
			children: [
				a(Do, {
					command: "sample_now",
					children: "Sample"
				}),
				a(Do, {
					command: "snapshot_now",
					children: "Snapshot"
				}),
				a(Do, {
					command: "save_checkpoint",
					children: "Checkpoint"
				}),
				a(NumberField, {
					command: "set_sampling_interval",
					name: "every",
					unit: "Sample every",
					initial: training.every === "auto" ? "" : String(training.every)
				})
			]
		}),
		a(Breakpoints, { training }),
		paused && a(Row, {
			label: "Look at",
			children: [
				a(Do, {
					command: "look_at_batch",
					children: "Batch"
				}),
				a(Do, {
					command: "look_at_activations",
					given: { layer: path },
					children: ["Output of ", path]
				}),
				variable !== void 0 && a(Do, {
					command: "look_at_gradient",
					given: { variable },
					children: ["Gradient by ", variable]
				})
			]
		}),
		a(Looked, {})
	] });
}
var formatPlain = (value = NaN) => Number.isNaN(value) ? "" : String(Number(value.toPrecision(4)));
function Row({ label, children }) {
	return a("div", {
		class: "steer-row",
		children: [a("span", {
			class: "quiet",
			children: label
		}), a("div", { children })]
	});
}
function Do({ command, given, title, children }) {
	const steering = steeringOf(useSession());
	const looks = command.startsWith("look");
	return a("button", {
		type: "button",
		class: "button",
		title,
		disabled: steering.busy.value !== "",
		"data-testid": `do-${command}`,
		onClick: () => void (looks ? steering.lookAt(command, given) : steering.send(command, given)),
		children
	});
}
function NumberField({ command, name, unit, initial }) {
	const steering = steeringOf(useSession());
	const text = useSignal(void 0);
	const value = text.value ?? initial;
	return a("form", {
		class: "field",
		onSubmit: (event) => {
			event.preventDefault();
			steering.send(command, { [name]: Number(value) });
			text.value = void 0;
		},
		children: [a("input", {
			type: "text",
			inputMode: "decimal",
			"aria-label": `${unit}: ${name}`,
			value,
			"data-testid": `${command}-${name}`,
			onInput: (event) => text.value = event.currentTarget.value
		}), a("button", {
			type: "submit",
			class: "button",
			disabled: steering.busy.value !== "" || !Number.isFinite(Number(value)) || !value.trim(),
			"data-testid": `do-${command}`,
			children: unit
		})]
	});
}
var CLIPPING = [
	["off", "off"],
	["clipnorm", "norm of each"],
	["global_clipnorm", "global norm"],
	["clipvalue", "value"]
];
function Clipping({ training }) {
	const kind = useSignal(training.clipping?.kind ?? "off");
	const value = useSignal(String(training.clipping?.value ?? 1));
	const given = {
		kind: kind.value,
		...kind.value !== "off" && { value: Number(value.value) }
	};
	return a(Row, {
		label: "Clipping",
		children: [
			a(Select, {
				label: "Clipping",
				value: kind.value,
				options: CLIPPING,
				onChange: (next) => kind.value = next,
				testId: "clipping"
			}),
			kind.value !== "off" && a("input", {
				type: "text",
				inputMode: "decimal",
				"aria-label": "Limit",
				value: value.value,
				onInput: (event) => value.value = event.currentTarget.value
			}),
			a(Do, {
				command: "set_clipping",
				given,
				children: "Set"
			}),
			a("span", {
				class: "quiet",
				children: "re-traces the step"
			})
		]
	});
}
var KINDS = [
	["nonfinite", "NaN or infinity"],
	["finding", "finding"],
	["statistic", "shown number"],
	["step", "step"]
];
function Breakpoints({ training }) {
	const session = useSession();
	const steering = steeringOf(session);
	const { settings, layer } = session;
	const kind = useSignal("nonfinite");
	const problem = useSignal("exploding_gradient");
	const text = useSignal("");
	const side = useSignal("above");
	const table = settings.kind.value;
	const rows = table === "activation" ? layer.value?.sites.map(({ name }) => name) : layer.value?.variables.map(({ path }) => path);
	const tensor = settings.tensor.value;
	const name = rows?.includes(tensor) ? tensor : rows?.[0] ?? "";
	const statistic = settings.statistic.value;
	const number = Number(text.value);
	const add = () => {
		if (kind.value === "nonfinite") return steering.send("break_on_nonfinite");
		if (kind.value === "finding") return steering.send("break_on_finding", { problem: problem.value });
		if (kind.value === "step") return steering.send("break_at_step", { step: number });
		const given = {
			table,
			name,
			statistic,
			side: side.value,
			value: number
		};
		return steering.send("break_on_statistic", given);
	};
	const needsNumber = kind.value === "step" || kind.value === "statistic";
	return a(Row, {
		label: "Pause at",
		children: [
			training.breakpoints.map((item) => a("span", {
				class: "breakpoint",
				"data-testid": "breakpoint",
				children: [item.text, a(IconButton, {
					label: `Remove: ${item.text}`,
					onClick: () => void steering.send("remove_breakpoint", { breakpoint: item.number }),
					children: a("path", { d: "M4.300 3.200L8 6.900l3.700-3.700 1.100 1.100L9.100 8l3.700 3.700-1.100 1.100L8 9.100l-3.700 3.700-1.100-1.100L6.900 8 3.200 4.300z" })
				})]
			}, item.number)),
			a(Select, {
				label: "Pause at",
				value: kind.value,
				options: KINDS,
				onChange: (next) => kind.value = next,
				testId: "break-kind"
			}),
			kind.value === "finding" && a(Select, {
				label: "Problem",
				value: problem.value,
				options: Object.entries(PROBLEMS),
				onChange: (next) => problem.value = next,
				testId: "break-problem"
			}),
			kind.value === "statistic" && a($, { children: [a("span", {
				class: "quiet",
				children: [
					table,
					" ",
					statistic,
					" of ",
					name
				]
			}), a(Select, {
				label: "Side",
				value: side.value,
				options: [["above", "above"], ["below", "below"]],
				onChange: (next) => side.value = next
			})] }),
			needsNumber && a("input", {
				type: "text",
				inputMode: "decimal",
				"aria-label": "Value",
				value: text.value,
				onInput: (event) => text.value = event.currentTarget.value,
				"data-testid": "break-value"
			}),
			a("button", {
				type: "button",
				class: "button",
				disabled: steering.busy.value !== "" || needsNumber && !text.value.trim(),
				"data-testid": "add-breakpoint",
				onClick: () => void add(),
				children: "Add"
			}),
			kind.value === "nonfinite" && a("span", {
				class: "quiet",
				title: "Every step is sampled, and its weights are copied before it",
				children: "the step is taken back; costs time"
			})
		]
	});
}
var SIDE = 56;
function Looked() {
	const look = steeringOf(useSession()).look.value;
	if (!look) return null;
	if ("batch" in look) return a(BatchPicture, {
		look: look.batch,
		step: look.step
	});
	return a("div", {
		class: "looked",
		"data-testid": "looked-maps",
		"data-name": look.maps.name,
		children: [a("p", {
			class: "quiet",
			children: [
				look.text,
				", for the batch of step ",
				formatCount(look.step)
			]
		}), a("div", {
			class: "looked-maps",
			children: a(MapTiles, {
				maps: look.maps,
				probe: void 0,
				predictions: void 0
			})
		})]
	});
}
function BatchPicture({ look, step }) {
	const { probe, samples, losses } = look;
	const finite = losses?.filter(Number.isFinite) ?? [];
	const mean = finite.reduce((sum, loss) => sum + loss, 0) / finite.length;
	const bad = (losses?.length ?? 0) - finite.length;
	return a("div", {
		class: "looked",
		"data-testid": "looked-batch",
		children: [a("p", {
			class: "quiet",
			children: [
				"The batch of step ",
				formatCount(step),
				": ",
				look.size,
				" samples",
				losses ? `, mean loss ${formatNumber(mean)}; largest first` : `; no losses: ${look.note}`,
				bad > 0 && a("b", {
					class: "alarm",
					children: [
						" · ",
						bad,
						" not finite"
					]
				})
			]
		}), a("ul", { children: samples.map((sample, place) => {
			const loss = losses?.[sample];
			const label = probe.labels?.data.subarray(place * probe.labels.width, Math.min(place + 1, samples.length) * probe.labels.width);
			return a("li", {
				"data-testid": "batch-sample",
				"data-loss": loss,
				children: [
					probe.inputs.map((stack) => a(InputPicture, {
						stack,
						sample: place,
						side: SIDE
					}, stack.name)),
					loss !== void 0 && a("b", {
						class: Number.isFinite(loss) ? "" : "alarm",
						children: formatNumber(loss)
					}),
					a("span", {
						class: "quiet",
						children: [
							"#",
							sample,
							label && `, label ${[...label].slice(0, 2).map(formatNumber).join(", ")}`
						]
					})
				]
			}, sample);
		}) })]
	});
}
// src/draw/density.ts
var binsOf = ({ edges }) => edges.length - 1;
function totalOf(histogram, column) {
	const bins = binsOf(histogram);
	let total = 0;
	for (let bin = 0; bin < bins; bin++) total += histogram.counts[column * bins + bin];
	return total;
}
function drawnBins(histogram) {
	const bins = binsOf(histogram);
	const middle = bins >> 1;
	const used = new Uint8Array(bins);
	histogram.counts.forEach((count, index) => {
		if (count) used[index % bins] = 1;
	});
	const isUsed = (order) => Boolean(used[middle + order] || used[middle - order]);
	const orders = Array.from({ length: middle }, (_, index) => index + 1).filter(isUsed);
	const [low, high] = [orders[0] ?? 0, orders.at(-1) ?? 0];
	const kept = [middle];
	for (let order = Math.max(1, low); order <= high; order++) {
		if (used[middle + order] || hasBeyond(used, middle, order, 1)) kept.unshift(middle + order);
		if (used[middle - order] || hasBeyond(used, middle, order, -1)) kept.push(middle - order);
	}
	return Int32Array.from(kept);
}
function hasBeyond(used, middle, order, sign) {
	for (let at = order + 1; at <= middle; at++) if (used[middle + sign * at]) return true;
	return false;
}
function shares(histogram, bins) {
	const columns = histogram.steps.length;
	const all = binsOf(histogram);
	const values = new Float32Array(bins.length * columns).fill(NaN);
	for (let column = 0; column < columns; column++) {
		const total = totalOf(histogram, column);
		bins.forEach((bin, row) => {
			const count = histogram.counts[column * all + bin];
			if (count) values[row * columns + column] = count / total;
		});
	}
	return values;
}
function densityCodes(histogram, bins) {
	const columns = histogram.steps.length;
	const values = shares(histogram, bins);
	const coded = encode({
		rows: bins.length,
		columns,
		values
	}, "log", () => true);
	let nonfinite = 0;
	for (let column = 0; column < columns; column++) {
		if (totalOf(histogram, column)) continue;
		nonfinite++;
		bins.forEach((_, row) => coded.codes[row * columns + column] = 255);
	}
	return {
		...coded,
		nonfinite
	};
}
function valueTicks(histogram, bins, count) {
	const middle = binsOf(histogram) >> 1;
	const zero = {
		value: 0,
		row: bins.indexOf(middle) + .5
	};
	const side = (sign) => {
		const magnitudes = [...bins].filter((bin) => (bin - middle) * sign > 0).flatMap((bin) => [histogram.edges[bin], histogram.edges[bin + 1]]).map(Math.abs).filter(Number.isFinite);
		if (!magnitudes.length) return [];
		return logTicks(Math.min(...magnitudes), Math.max(...magnitudes), count / 2).map((tick) => ({
			value: sign * tick,
			row: rowOf(histogram, bins, sign * tick)
		}));
	};
	const apart = bins.length / (2 * count);
	return [zero, ...[...side(1), ...side(-1)].filter(({ row }) => Math.abs(row - zero.row) > apart)].filter((tick) => tick.row >= 0);
}
function rowOf({ edges }, bins, value) {
	const row = bins.findIndex((bin) => edges[bin] <= value && value < edges[bin + 1]);
	if (row < 0) return -1;
	const [low, high] = [edges[bins[row]], edges[bins[row] + 1]];
	const share = Number.isFinite(low) && Number.isFinite(high) && low * high > 0 ? Math.log(value / low) / Math.log(high / low) : .5;
	return row + 1 - share;
}
function spreadColumns(columns, most) {
	const count = Math.min(columns, most);
	if (count < 2) return columns ? [columns - 1] : [];
	return Array.from({ length: count }, (_, i) => Math.round(i * (columns - 1) / (count - 1)));
}
// node_modules/uplot/dist/uPlot.esm.js
var FEAT_TIME = true;
var UPLOT = "uplot";
var ORI_HZ = "u-hz";
var ORI_VT = "u-vt";
var TITLE = "u-title";
var WRAP = "u-wrap";
var UNDER = "u-under";
var OVER = "u-over";
var AXIS = "u-axis";
var OFF = "u-off";
var SELECT = "u-select";
var CURSOR_X = "u-cursor-x";
var CURSOR_Y = "u-cursor-y";
var CURSOR_PT = "u-cursor-pt";
var LEGEND = "u-legend";
var LEGEND_LIVE = "u-live";
var LEGEND_INLINE = "u-inline";
var LEGEND_SERIES = "u-series";
var LEGEND_MARKER = "u-marker";
var LEGEND_LABEL = "u-label";
var LEGEND_VALUE = "u-value";
var WIDTH$1 = "width";
var HEIGHT$3 = "height";
var TOP = "top";
var BOTTOM$1 = "bottom";
var LEFT = "left";
var RIGHT = "right";
var hexBlack = "#000";
var transparent = "#0000";
var mousemove = "mousemove";
var mousedown = "mousedown";
var mouseup = "mouseup";
var mouseenter = "mouseenter";
var mouseleave = "mouseleave";
var dblclick = "dblclick";
var resize = "resize";
var scroll = "scroll";
var change = "change";
var dppxchange = "dppxchange";
var LEGEND_DISP = "--";
var domEnv = typeof window != "undefined";
var doc = domEnv ? document : null;
var win = domEnv ? window : null;
var nav = domEnv ? navigator : null;
var pxRatio;
var query;
function setPxRatio() {
	let _pxRatio = devicePixelRatio;
	if (pxRatio != _pxRatio) {
		pxRatio = _pxRatio;
		query && off(change, query, setPxRatio);
		query = matchMedia(`(min-resolution: ${pxRatio - .001}dppx) and (max-resolution: ${pxRatio + .001}dppx)`);
		on$1(change, query, setPxRatio);
		win.dispatchEvent(new CustomEvent(dppxchange));
	}
}
function addClass(el, c) {
	if (c != null) {
		let cl = el.classList;
		!cl.contains(c) && cl.add(c);
	}
}
function remClass(el, c) {
	let cl = el.classList;
	cl.contains(c) && cl.remove(c);
}
function setStylePx(el, name, value) {
	el.style[name] = value + "px";
}
function placeTag(tag, cls, targ, refEl) {
	let el = doc.createElement(tag);
	if (cls != null) addClass(el, cls);
	if (targ != null) targ.insertBefore(el, refEl);
	return el;
}
function placeDiv(cls, targ) {
	return placeTag("div", cls, targ);
}
var xformCache = new WeakMap();
function elTrans(el, xPos, yPos, xMax, yMax) {
	let xform = "translate(" + xPos + "px," + yPos + "px)";
	if (xform != xformCache.get(el)) {
		el.style.transform = xform;
		xformCache.set(el, xform);
		if (xPos < 0 || yPos < 0 || xPos > xMax || yPos > yMax) addClass(el, OFF);
		else remClass(el, OFF);
	}
}
var colorCache = new WeakMap();
function elColor(el, background, borderColor) {
	let newColor = background + borderColor;
	if (newColor != colorCache.get(el)) {
		colorCache.set(el, newColor);
		el.style.background = background;
		el.style.borderColor = borderColor;
	}
}
var sizeCache = new WeakMap();
function elSize(el, newWid, newHgt, centered) {
	let newSize = newWid + "" + newHgt;
	if (newSize != sizeCache.get(el)) {
		sizeCache.set(el, newSize);
		el.style.height = newHgt + "px";
		el.style.width = newWid + "px";
		el.style.marginLeft = centered ? -newWid / 2 + "px" : 0;
		el.style.marginTop = centered ? -newHgt / 2 + "px" : 0;
	}
}
var evOpts = { passive: true };
var evOpts2 = {
	...evOpts,
	capture: true
};
function on$1(ev, el, cb, capt) {
	el.addEventListener(ev, cb, capt ? evOpts2 : evOpts);
}
function off(ev, el, cb, capt) {
	el.removeEventListener(ev, cb, evOpts);
}
domEnv && setPxRatio();
function closestIdx(num, arr, lo, hi) {
	let mid;
	lo = lo || 0;
	hi = hi || arr.length - 1;
	let bitwise = hi <= 2147483647;
	while (hi - lo > 1) {
		mid = bitwise ? lo + hi >> 1 : floor((lo + hi) / 2);
		if (arr[mid] < num) lo = mid;
		else hi = mid;
	}
	if (num - arr[lo] <= arr[hi] - num) return lo;
	return hi;
}
function makeIndexOfs(predicate) {
	let indexOfs = (data, _i0, _i1) => {
		let i0 = -1;
		let i1 = -1;
		for (let i = _i0; i <= _i1; i++) if (predicate(data[i])) {
			i0 = i;
			break;
		}
		for (let i = _i1; i >= _i0; i--) if (predicate(data[i])) {
			i1 = i;
			break;
		}
		return [i0, i1];
	};
	return indexOfs;
}
var notNullish = (v) => v != null;
var isPositive = (v) => v != null && v > 0;
var nonNullIdxs = makeIndexOfs(notNullish);
var positiveIdxs = makeIndexOfs(isPositive);
function getMinMax(data, _i0, _i1, sorted = 0, log = false) {
	let getEdgeIdxs = log ? positiveIdxs : nonNullIdxs;
	let predicate = log ? isPositive : notNullish;
	[_i0, _i1] = getEdgeIdxs(data, _i0, _i1);
	let _min = data[_i0];
	let _max = data[_i0];
	if (_i0 > -1) {
		if (sorted == 1) {
			_min = data[_i0];
			_max = data[_i1];
		} else if (sorted == -1) {
			_min = data[_i1];
			_max = data[_i0];
		} else for (let i = _i0; i <= _i1; i++) {
			let v = data[i];
			if (predicate(v)) {
				if (v < _min) _min = v;
				else if (v > _max) _max = v;
			}
		}
	}
	return [_min ?? inf, _max ?? -inf];
}
function rangeLog(min, max, base, fullMags) {
	let minSign = sign(min);
	let maxSign = sign(max);
	if (min == max) {
		if (minSign == -1) {
			min *= base;
			max /= base;
		} else {
			min /= base;
			max *= base;
		}
	}
	let logFn = base == 10 ? log10 : log2;
	let growMinAbs = minSign == 1 ? floor : ceil;
	let growMaxAbs = maxSign == 1 ? ceil : floor;
	let minExp = growMinAbs(logFn(abs(min)));
	let maxExp = growMaxAbs(logFn(abs(max)));
	let minIncr = pow(base, minExp);
	let maxIncr = pow(base, maxExp);
	if (base == 10) {
		if (minExp < 0) minIncr = roundDec(minIncr, -minExp);
		if (maxExp < 0) maxIncr = roundDec(maxIncr, -maxExp);
	}
	if (fullMags || base == 2) {
		min = minIncr * minSign;
		max = maxIncr * maxSign;
	} else {
		min = incrRoundDn(min, minIncr);
		max = incrRoundUp(max, maxIncr);
	}
	return [min, max];
}
function rangeAsinh(min, max, base, fullMags) {
	let minMax = rangeLog(min, max, base, fullMags);
	if (min == 0) minMax[0] = 0;
	if (max == 0) minMax[1] = 0;
	return minMax;
}
var rangePad = .1;
var autoRangePart = {
	mode: 3,
	pad: rangePad
};
var _eqRangePart = {
	pad: 0,
	soft: null,
	mode: 0
};
var _eqRange = {
	min: _eqRangePart,
	max: _eqRangePart
};
function rangeNum(_min, _max, mult, extra) {
	if (isObj(mult)) return _rangeNum(_min, _max, mult);
	_eqRangePart.pad = mult;
	_eqRangePart.soft = extra ? 0 : null;
	_eqRangePart.mode = extra ? 3 : 0;
	return _rangeNum(_min, _max, _eqRange);
}
function ifNull(lh, rh) {
	return lh == null ? rh : lh;
}
function hasData(data, idx0, idx1) {
	idx0 = ifNull(idx0, 0);
	idx1 = ifNull(idx1, data.length - 1);
	while (idx0 <= idx1) {
		if (data[idx0] != null) return true;
		idx0++;
	}
	return false;
}
function _rangeNum(_min, _max, cfg) {
	let cmin = cfg.min;
	let cmax = cfg.max;
	let padMin = ifNull(cmin.pad, 0);
	let padMax = ifNull(cmax.pad, 0);
	let hardMin = ifNull(cmin.hard, -inf);
	let hardMax = ifNull(cmax.hard, inf);
	let softMin = ifNull(cmin.soft, inf);
	let softMax = ifNull(cmax.soft, -inf);
	let softMinMode = ifNull(cmin.mode, 0);
	let softMaxMode = ifNull(cmax.mode, 0);
	let delta = _max - _min;
	let deltaMag = log10(delta);
	let scalarMax = max(abs(_min), abs(_max));
	let scalarMagDelta = abs(log10(scalarMax) - deltaMag);
	if (delta < 1e-24 || scalarMagDelta > 10) {
		delta = 0;
		if (_min == 0 || _max == 0) {
			delta = 1e-24;
			if (softMinMode == 2 && softMin != inf) padMin = 0;
			if (softMaxMode == 2 && softMax != -inf) padMax = 0;
		}
	}
	let nonZeroDelta = delta || scalarMax || 1e3;
	let base = pow(10, floor(log10(nonZeroDelta)));
	let _newMin = roundDec(incrRoundDn(_min - nonZeroDelta * (delta == 0 ? _min == 0 ? .1 : 1 : padMin), base / 10), 24);
	let _softMin = _min >= softMin && (softMinMode == 1 || softMinMode == 3 && _newMin <= softMin || softMinMode == 2 && _newMin >= softMin) ? softMin : inf;
	let minLim = max(hardMin, _newMin < _softMin && _min >= _softMin ? _softMin : min(_softMin, _newMin));
	let _newMax = roundDec(incrRoundUp(_max + nonZeroDelta * (delta == 0 ? _max == 0 ? .1 : 1 : padMax), base / 10), 24);
	let _softMax = _max <= softMax && (softMaxMode == 1 || softMaxMode == 3 && _newMax >= softMax || softMaxMode == 2 && _newMax <= softMax) ? softMax : -inf;
	let maxLim = min(hardMax, _newMax > _softMax && _max <= _softMax ? _softMax : max(_softMax, _newMax));
	if (minLim == maxLim && minLim == 0) maxLim = 100;
	return [minLim, maxLim];
}
var numFormatter = new Intl.NumberFormat(domEnv ? nav.language : "en-US");
var fmtNum = (val) => numFormatter.format(val);
var M = Math;
var PI = M.PI;
var abs = M.abs;
var floor = M.floor;
var round = M.round;
var ceil = M.ceil;
var min = M.min;
var max = M.max;
var pow = M.pow;
var sign = M.sign;
var log10 = M.log10;
var log2 = M.log2;
var sinh = (v, linthresh = 1) => M.sinh(v) * linthresh;
var asinh = (v, linthresh = 1) => M.asinh(v / linthresh);
var inf = Infinity;
function numIntDigits(x) {
	return (log10((x ^ x >> 31) - (x >> 31)) | 0) + 1;
}
function clamp(num, _min, _max) {
	return min(max(num, _min), _max);
}
function isFn(v) {
	return typeof v == "function";
}
function fnOrSelf(v) {
	return isFn(v) ? v : () => v;
}
var noop = () => {};
var retArg0 = (_0) => _0;
var retArg1 = (_0, _1) => _1;
var retNull = (_) => null;
var retTrue = (_) => true;
var retEq = (a, b) => a == b;
var regex6 = /\.\d*?(?=9{6,}|0{6,})/gm;
var fixFloat = (val) => {
	if (isInt(val) || fixedDec.has(val)) return val;
	const str = `${val}`;
	const match = str.match(regex6);
	if (match == null) return val;
	let len = match[0].length - 1;
	if (str.indexOf("e-") != -1) {
		let [num, exp] = str.split("e");
		return +`${fixFloat(num)}e${exp}`;
	}
	return roundDec(val, len);
};
function incrRound(num, incr) {
	return fixFloat(roundDec(fixFloat(num / incr)) * incr);
}
function incrRoundUp(num, incr) {
	return fixFloat(ceil(fixFloat(num / incr)) * incr);
}
function incrRoundDn(num, incr) {
	return fixFloat(floor(fixFloat(num / incr)) * incr);
}
function roundDec(val, dec = 0) {
	if (isInt(val)) return val;
	let p = 10 ** dec;
	return round(val * p * (1 + Number.EPSILON)) / p;
}
var fixedDec = new Map();
function guessDec(num) {
	return (("" + num).split(".")[1] || "").length;
}
function genIncrs(base, minExp, maxExp, mults) {
	let incrs = [];
	let multDec = mults.map(guessDec);
	for (let exp = minExp; exp < maxExp; exp++) {
		let expa = abs(exp);
		let mag = roundDec(pow(base, exp), expa);
		for (let i = 0; i < mults.length; i++) {
			let _incr = base == 10 ? +`${mults[i]}e${exp}` : mults[i] * mag;
			let dec = (exp >= 0 ? 0 : expa) + (exp >= multDec[i] ? 0 : multDec[i]);
			let incr = base == 10 ? _incr : roundDec(_incr, dec);
			incrs.push(incr);
			fixedDec.set(incr, dec);
		}
	}
	return incrs;
}
var EMPTY_OBJ = {};
var EMPTY_ARR = [];
var nullNullTuple = [null, null];
var isArr = Array.isArray;
var isInt = Number.isInteger;
var isUndef = (v) => v === void 0;
function isStr(v) {
	return typeof v == "string";
}
function isObj(v) {
	let is = false;
	if (v != null) {
		let c = v.constructor;
		is = c == null || c == Object;
	}
	return is;
}
function fastIsObj(v) {
	return v != null && typeof v == "object";
}
var TypedArray = Object.getPrototypeOf(Uint8Array);
var __proto__ = "__proto__";
function copy(o, _isObj = isObj) {
	let out;
	if (isArr(o)) {
		let val = o.find((v) => v != null);
		if (isArr(val) || _isObj(val)) {
			out = Array(o.length);
			for (let i = 0; i < o.length; i++) out[i] = copy(o[i], _isObj);
		} else out = o.slice();
	} else if (o instanceof TypedArray) out = o.slice();
	else if (_isObj(o)) {
		out = {};
		for (let k in o) if (k != __proto__) out[k] = copy(o[k], _isObj);
	} else out = o;
	return out;
}
function assign(targ) {
	let args = arguments;
	for (let i = 1; i < args.length; i++) {
		let src = args[i];
		for (let key in src) if (key != __proto__) {
			if (isObj(targ[key])) assign(targ[key], copy(src[key]));
			else targ[key] = copy(src[key]);
		}
	}
	return targ;
}
var NULL_REMOVE = 0;
var NULL_RETAIN = 1;
var NULL_EXPAND = 2;
function nullExpand(yVals, nullIdxs, alignedLen) {
	for (let i = 0, xi, lastNullIdx = -1; i < nullIdxs.length; i++) {
		let nullIdx = nullIdxs[i];
		if (nullIdx > lastNullIdx) {
			xi = nullIdx - 1;
			while (xi >= 0 && yVals[xi] == null) yVals[xi--] = null;
			xi = nullIdx + 1;
			while (xi < alignedLen && yVals[xi] == null) yVals[lastNullIdx = xi++] = null;
		}
	}
}
function join$1(tables, nullModes) {
	if (allHeadersSame(tables)) {
		let table = tables[0].slice();
		for (let i = 1; i < tables.length; i++) table.push(...tables[i].slice(1));
		if (!isAsc(table[0])) table = sortCols(table);
		return table;
	}
	let xVals = new Set();
	for (let ti = 0; ti < tables.length; ti++) {
		let xs = tables[ti][0];
		let len = xs.length;
		for (let i = 0; i < len; i++) xVals.add(xs[i]);
	}
	let data = [Array.from(xVals).sort((a, b) => a - b)];
	let alignedLen = data[0].length;
	let xIdxs = new Map();
	for (let i = 0; i < alignedLen; i++) xIdxs.set(data[0][i], i);
	for (let ti = 0; ti < tables.length; ti++) {
		let t = tables[ti];
		let xs = t[0];
		for (let si = 1; si < t.length; si++) {
			let ys = t[si];
			let yVals = Array(alignedLen).fill(void 0);
			let nullMode = nullModes ? nullModes[ti][si] : NULL_RETAIN;
			let nullIdxs = [];
			for (let i = 0; i < ys.length; i++) {
				let yVal = ys[i];
				let alignedIdx = xIdxs.get(xs[i]);
				if (yVal === null) {
					if (nullMode != NULL_REMOVE) {
						yVals[alignedIdx] = yVal;
						if (nullMode == NULL_EXPAND) nullIdxs.push(alignedIdx);
					}
				} else yVals[alignedIdx] = yVal;
			}
			nullExpand(yVals, nullIdxs, alignedLen);
			data.push(yVals);
		}
	}
	return data;
}
var microTask = typeof queueMicrotask == "undefined" ? (fn) => Promise.resolve().then(fn) : queueMicrotask;
function sortCols(table) {
	let head = table[0];
	let rlen = head.length;
	let idxs = Array(rlen);
	for (let i = 0; i < idxs.length; i++) idxs[i] = i;
	idxs.sort((i0, i1) => head[i0] - head[i1]);
	let table2 = [];
	for (let i = 0; i < table.length; i++) {
		let row = table[i];
		let row2 = Array(rlen);
		for (let j = 0; j < rlen; j++) row2[j] = row[idxs[j]];
		table2.push(row2);
	}
	return table2;
}
function allHeadersSame(tables) {
	let vals0 = tables[0][0];
	let len0 = vals0.length;
	for (let i = 1; i < tables.length; i++) {
		let vals1 = tables[i][0];
		if (vals1.length != len0) return false;
		if (vals1 != vals0) {
			for (let j = 0; j < len0; j++) if (vals1[j] != vals0[j]) return false;
		}
	}
	return true;
}
function isAsc(vals, samples = 100) {
	const len = vals.length;
	if (len <= 1) return true;
	let firstIdx = 0;
	let lastIdx = len - 1;
	while (firstIdx <= lastIdx && vals[firstIdx] == null) firstIdx++;
	while (lastIdx >= firstIdx && vals[lastIdx] == null) lastIdx--;
	if (lastIdx <= firstIdx) return true;
	const stride = max(1, floor((lastIdx - firstIdx + 1) / samples));
	for (let prevVal = vals[firstIdx], i = firstIdx + stride; i <= lastIdx; i += stride) {
		const v = vals[i];
		if (v != null) {
			if (v <= prevVal) return false;
			prevVal = v;
		}
	}
	return true;
}
var months = [
	"January",
	"February",
	"March",
	"April",
	"May",
	"June",
	"July",
	"August",
	"September",
	"October",
	"November",
	"December"
];
var days = [
	"Sunday",
	"Monday",
	"Tuesday",
	"Wednesday",
	"Thursday",
	"Friday",
	"Saturday"
];
function slice3(str) {
	return str.slice(0, 3);
}
var days3 = days.map(slice3);
var engNames = {
	MMMM: months,
	MMM: months.map(slice3),
	WWWW: days,
	WWW: days3
};
function zeroPad2(int) {
	return (int < 10 ? "0" : "") + int;
}
function zeroPad3(int) {
	return (int < 10 ? "00" : int < 100 ? "0" : "") + int;
}
var subs = {
	YYYY: (d) => d.getFullYear(),
	YY: (d) => (d.getFullYear() + "").slice(2),
	MMMM: (d, names) => names.MMMM[d.getMonth()],
	MMM: (d, names) => names.MMM[d.getMonth()],
	MM: (d) => zeroPad2(d.getMonth() + 1),
	M: (d) => d.getMonth() + 1,
	DD: (d) => zeroPad2(d.getDate()),
	D: (d) => d.getDate(),
	WWWW: (d, names) => names.WWWW[d.getDay()],
	WWW: (d, names) => names.WWW[d.getDay()],
	HH: (d) => zeroPad2(d.getHours()),
	H: (d) => d.getHours(),
	h: (d) => {
		let h = d.getHours();
		return h == 0 ? 12 : h > 12 ? h - 12 : h;
	},
	AA: (d) => d.getHours() >= 12 ? "PM" : "AM",
	aa: (d) => d.getHours() >= 12 ? "pm" : "am",
	a: (d) => d.getHours() >= 12 ? "p" : "a",
	mm: (d) => zeroPad2(d.getMinutes()),
	m: (d) => d.getMinutes(),
	ss: (d) => zeroPad2(d.getSeconds()),
	s: (d) => d.getSeconds(),
	fff: (d) => zeroPad3(d.getMilliseconds())
};
function fmtDate(tpl, names) {
	names = names || engNames;
	let parts = [];
	let R = /\{([a-z]+)\}|[^{]+/gi, m;
	while (m = R.exec(tpl)) parts.push(m[0][0] == "{" ? subs[m[1]] : m[0]);
	return (d) => {
		let out = "";
		for (let i = 0; i < parts.length; i++) out += typeof parts[i] == "string" ? parts[i] : parts[i](d, names);
		return out;
	};
}
var localTz = new Intl.DateTimeFormat().resolvedOptions().timeZone;
function tzDate(date, tz) {
	let date2;
	if (tz == "UTC" || tz == "Etc/UTC") date2 = new Date(+date + date.getTimezoneOffset() * 6e4);
	else if (tz == localTz) date2 = date;
	else {
		date2 = new Date(date.toLocaleString("en-US", { timeZone: tz }));
		date2.setMilliseconds(date.getMilliseconds());
	}
	return date2;
}
var onlyWhole = (v) => v % 1 == 0;
var allMults = [
	1,
	2,
	2.5,
	5
];
var decIncrs = genIncrs(10, -32, 0, allMults);
var oneIncrs = genIncrs(10, 0, 32, allMults);
var wholeIncrs = oneIncrs.filter(onlyWhole);
var numIncrs = decIncrs.concat(oneIncrs);
var NL = "\n";
var yyyy = "{YYYY}";
var NLyyyy = NL + yyyy;
var md = "{M}/{D}";
var NLmd = NL + md;
var NLmdyy = NLmd + "/{YY}";
var aa = "{aa}";
var hmmaa = "{h}:{mm}" + aa;
var NLhmmaa = NL + hmmaa;
var ss = ":{ss}";
var _ = null;
function genTimeStuffs(ms) {
	let s = ms * 1e3, m = s * 60, h = m * 60, d = h * 24, mo = d * 30, y = d * 365;
	let timeIncrs = (ms == 1 ? genIncrs(10, 0, 3, allMults).filter(onlyWhole) : genIncrs(10, -3, 0, allMults)).concat([
		s,
		s * 5,
		s * 10,
		s * 15,
		s * 30,
		m,
		m * 5,
		m * 10,
		m * 15,
		m * 30,
		h,
		h * 2,
		h * 3,
		h * 4,
		h * 6,
		h * 8,
		h * 12,
		d,
		d * 2,
		d * 3,
		d * 4,
		d * 5,
		d * 6,
		d * 7,
		d * 8,
		d * 9,
		d * 10,
		d * 15,
		mo,
		mo * 2,
		mo * 3,
		mo * 4,
		mo * 6,
		y,
		y * 2,
		y * 5,
		y * 10,
		y * 25,
		y * 50,
		y * 100
	]);
	const _timeAxisStamps = [
		[
			y,
			yyyy,
			_,
			_,
			_,
			_,
			_,
			_,
			1
		],
		[
			d * 28,
			"{MMM}",
			NLyyyy,
			_,
			_,
			_,
			_,
			_,
			1
		],
		[
			d,
			md,
			NLyyyy,
			_,
			_,
			_,
			_,
			_,
			1
		],
		[
			h,
			"{h}" + aa,
			NLmdyy,
			_,
			NLmd,
			_,
			_,
			_,
			1
		],
		[
			m,
			hmmaa,
			NLmdyy,
			_,
			NLmd,
			_,
			_,
			_,
			1
		],
		[
			s,
			ss,
			NLmdyy + " " + hmmaa,
			_,
			NLmd + " " + hmmaa,
			_,
			NLhmmaa,
			_,
			1
		],
		[
			ms,
			ss + ".{fff}",
			NLmdyy + " " + hmmaa,
			_,
			NLmd + " " + hmmaa,
			_,
			NLhmmaa,
			_,
			1
		]
	];
	function timeAxisSplits(tzDate) {
		return (self, axisIdx, scaleMin, scaleMax, foundIncr, foundSpace) => {
			let splits = [];
			let isYr = foundIncr >= y;
			let isMo = foundIncr >= mo && foundIncr < y;
			let minDate = tzDate(scaleMin);
			let minDateTs = roundDec(minDate * ms, 3);
			let minMin = mkDate(minDate.getFullYear(), isYr ? 0 : minDate.getMonth(), isMo || isYr ? 1 : minDate.getDate());
			let minMinTs = roundDec(minMin * ms, 3);
			if (isMo || isYr) {
				let moIncr = isMo ? foundIncr / mo : 0;
				let yrIncr = isYr ? foundIncr / y : 0;
				let split = minDateTs == minMinTs ? minDateTs : roundDec(mkDate(minMin.getFullYear() + yrIncr, minMin.getMonth() + moIncr, 1) * ms, 3);
				let splitDate = new Date(round(split / ms));
				let baseYear = splitDate.getFullYear();
				let baseMonth = splitDate.getMonth();
				for (let i = 0; split <= scaleMax; i++) {
					let next = mkDate(baseYear + yrIncr * i, baseMonth + moIncr * i, 1);
					let offs = next - tzDate(roundDec(next * ms, 3));
					split = roundDec((+next + offs) * ms, 3);
					if (split <= scaleMax) splits.push(split);
				}
			} else {
				let incr0 = foundIncr >= d ? d : foundIncr;
				let split = minMinTs + (floor(scaleMin) - floor(minDateTs)) + incrRoundUp(minDateTs - minMinTs, incr0);
				splits.push(split);
				let date0 = tzDate(split);
				let prevHour = date0.getHours() + date0.getMinutes() / m + date0.getSeconds() / h;
				let incrHours = foundIncr / h;
				let pctSpace = foundSpace / self.axes[axisIdx]._space;
				while (1) {
					split = roundDec(split + foundIncr, ms == 1 ? 0 : 3);
					if (split > scaleMax) break;
					if (incrHours > 1) {
						let expectedHour = floor(roundDec(prevHour + incrHours, 6)) % 24;
						let dstShift = tzDate(split).getHours() - expectedHour;
						if (dstShift > 1) dstShift = -1;
						split -= dstShift * h;
						prevHour = (prevHour + incrHours) % 24;
						let prevSplit = splits[splits.length - 1];
						if (roundDec((split - prevSplit) / foundIncr, 3) * pctSpace >= .7) splits.push(split);
					} else splits.push(split);
				}
			}
			return splits;
		};
	}
	return [
		timeIncrs,
		_timeAxisStamps,
		timeAxisSplits
	];
}
var [timeIncrsMs, _timeAxisStampsMs, timeAxisSplitsMs] = genTimeStuffs(1);
var [timeIncrsS, _timeAxisStampsS, timeAxisSplitsS] = genTimeStuffs(.001);
genIncrs(2, -53, 53, [1]);
function timeAxisStamps(stampCfg, fmtDate) {
	return stampCfg.map((s) => s.map((v, i) => i == 0 || i == 8 || v == null ? v : fmtDate(i == 1 || s[8] == 0 ? v : s[1] + v)));
}
function timeAxisVals(tzDate, stamps) {
	return (self, splits, axisIdx, foundSpace, foundIncr) => {
		let s = stamps.find((s) => foundIncr >= s[0]) || stamps[stamps.length - 1];
		let prevYear;
		let prevMnth;
		let prevDate;
		let prevHour;
		let prevMins;
		let prevSecs;
		return splits.map((split) => {
			let date = tzDate(split);
			let newYear = date.getFullYear();
			let newMnth = date.getMonth();
			let newDate = date.getDate();
			let newHour = date.getHours();
			let newMins = date.getMinutes();
			let newSecs = date.getSeconds();
			let stamp = newYear != prevYear && s[2] || newMnth != prevMnth && s[3] || newDate != prevDate && s[4] || newHour != prevHour && s[5] || newMins != prevMins && s[6] || newSecs != prevSecs && s[7] || s[1];
			prevYear = newYear;
			prevMnth = newMnth;
			prevDate = newDate;
			prevHour = newHour;
			prevMins = newMins;
			prevSecs = newSecs;
			return stamp(date);
		});
	};
}
function timeAxisVal(tzDate, dateTpl) {
	let stamp = fmtDate(dateTpl);
	return (self, splits, axisIdx, foundSpace, foundIncr) => splits.map((split) => stamp(tzDate(split)));
}
function mkDate(y, m, d) {
	return new Date(y, m, d);
}
function timeSeriesStamp(stampCfg, fmtDate) {
	return fmtDate(stampCfg);
}
var _timeSeriesStamp = "{YYYY}-{MM}-{DD} {h}:{mm}{aa}";
function timeSeriesVal(tzDate, stamp) {
	return (self, val, seriesIdx, dataIdx) => dataIdx == null ? LEGEND_DISP : stamp(tzDate(val));
}
function legendStroke(self, seriesIdx) {
	let s = self.series[seriesIdx];
	return s.width ? s.stroke(self, seriesIdx) : s.points.width ? s.points.stroke(self, seriesIdx) : null;
}
function legendFill(self, seriesIdx) {
	return self.series[seriesIdx].fill(self, seriesIdx);
}
var legendOpts = {
	show: true,
	live: true,
	isolate: false,
	mount: noop,
	markers: {
		show: true,
		width: 2,
		stroke: legendStroke,
		fill: legendFill,
		dash: "solid"
	},
	idx: null,
	idxs: null,
	values: []
};
function cursorPointShow(self, si) {
	let o = self.cursor.points;
	let pt = placeDiv();
	let size = o.size(self, si);
	setStylePx(pt, WIDTH$1, size);
	setStylePx(pt, HEIGHT$3, size);
	let mar = size / -2;
	setStylePx(pt, "marginLeft", mar);
	setStylePx(pt, "marginTop", mar);
	let width = o.width(self, si, size);
	width && setStylePx(pt, "borderWidth", width);
	return pt;
}
function cursorPointFill(self, si) {
	let sp = self.series[si].points;
	return sp._fill || sp._stroke;
}
function cursorPointStroke(self, si) {
	let sp = self.series[si].points;
	return sp._stroke || sp._fill;
}
function cursorPointSize(self, si) {
	return self.series[si].points.size;
}
var moveTuple = [0, 0];
function cursorMove(self, mouseLeft1, mouseTop1) {
	moveTuple[0] = mouseLeft1;
	moveTuple[1] = mouseTop1;
	return moveTuple;
}
function filtBtn0(self, targ, handle, onlyTarg = true) {
	return (e) => {
		e.button == 0 && (!onlyTarg || e.target == targ) && handle(e);
	};
}
function filtTarg(self, targ, handle, onlyTarg = true) {
	return (e) => {
		(!onlyTarg || e.target == targ) && handle(e);
	};
}
var cursorOpts = {
	show: true,
	x: true,
	y: true,
	lock: false,
	move: cursorMove,
	points: {
		one: false,
		show: cursorPointShow,
		size: cursorPointSize,
		width: 0,
		stroke: cursorPointStroke,
		fill: cursorPointFill
	},
	bind: {
		mousedown: filtBtn0,
		mouseup: filtBtn0,
		click: filtBtn0,
		dblclick: filtBtn0,
		mousemove: filtTarg,
		mouseleave: filtTarg,
		mouseenter: filtTarg
	},
	drag: {
		setScale: true,
		x: true,
		y: false,
		dist: 0,
		uni: null,
		click: (self, e) => {
			e.stopPropagation();
			e.stopImmediatePropagation();
		},
		_x: false,
		_y: false
	},
	focus: {
		dist: (self, seriesIdx, dataIdx, valPos, curPos) => valPos - curPos,
		prox: -1,
		bias: 0
	},
	hover: {
		skip: [void 0],
		prox: null,
		bias: 0
	},
	left: -10,
	top: -10,
	idx: null,
	dataIdx: null,
	idxs: null,
	event: null
};
var axisLines = {
	show: true,
	stroke: "rgba(0,0,0,0.07)",
	width: 2
};
var grid = assign({}, axisLines, { filter: retArg1 });
var ticks = assign({}, grid, { size: 10 });
var border = assign({}, axisLines, { show: false });
var font = "12px system-ui, -apple-system, \"Segoe UI\", Roboto, \"Helvetica Neue\", Arial, \"Noto Sans\", sans-serif, \"Apple Color Emoji\", \"Segoe UI Emoji\", \"Segoe UI Symbol\", \"Noto Color Emoji\"";
var labelFont = "bold " + font;
var lineGap = 1.5;
var xAxisOpts = {
	show: true,
	scale: "x",
	stroke: hexBlack,
	space: 50,
	gap: 5,
	alignTo: 1,
	size: 50,
	labelGap: 0,
	labelSize: 30,
	labelFont,
	side: 2,
	grid,
	ticks,
	border,
	font,
	lineGap,
	rotate: 0
};
var numSeriesLabel = "Value";
var timeSeriesLabel = "Time";
var xSeriesOpts = {
	show: true,
	scale: "x",
	auto: false,
	sorted: 1,
	min: inf,
	max: -Infinity,
	idxs: []
};
function numAxisVals(self, splits, axisIdx, foundSpace, foundIncr) {
	return splits.map((v) => v == null ? "" : fmtNum(v));
}
function numAxisSplits(self, axisIdx, scaleMin, scaleMax, foundIncr, foundSpace, forceMin) {
	let splits = [];
	let numDec = fixedDec.get(foundIncr) || 0;
	scaleMin = forceMin ? scaleMin : roundDec(incrRoundUp(scaleMin, foundIncr), numDec);
	for (let val = scaleMin; val <= scaleMax; val = roundDec(val + foundIncr, numDec)) splits.push(Object.is(val, -0) ? 0 : val);
	return splits;
}
function logAxisSplits(self, axisIdx, scaleMin, scaleMax, foundIncr, foundSpace, forceMin) {
	const splits = [];
	const logBase = self.scales[self.axes[axisIdx].scale].log;
	foundIncr = pow(logBase, floor((logBase == 10 ? log10 : log2)(scaleMin)));
	if (logBase == 10) foundIncr = numIncrs[closestIdx(foundIncr, numIncrs)];
	let split = scaleMin;
	let nextMagIncr = foundIncr * logBase;
	if (logBase == 10) nextMagIncr = numIncrs[closestIdx(nextMagIncr, numIncrs)];
	do {
		splits.push(split);
		split = split + foundIncr;
		if (logBase == 10 && !fixedDec.has(split)) split = roundDec(split, fixedDec.get(foundIncr));
		if (split >= nextMagIncr) {
			foundIncr = split;
			nextMagIncr = foundIncr * logBase;
			if (logBase == 10) nextMagIncr = numIncrs[closestIdx(nextMagIncr, numIncrs)];
		}
	} while (split <= scaleMax);
	return splits;
}
function asinhAxisSplits(self, axisIdx, scaleMin, scaleMax, foundIncr, foundSpace, forceMin) {
	let linthresh = self.scales[self.axes[axisIdx].scale].asinh;
	let posSplits = scaleMax > linthresh ? logAxisSplits(self, axisIdx, max(linthresh, scaleMin), scaleMax, foundIncr) : [linthresh];
	let zero = scaleMax >= 0 && scaleMin <= 0 ? [0] : [];
	return (scaleMin < -linthresh ? logAxisSplits(self, axisIdx, max(linthresh, -scaleMax), -scaleMin, foundIncr) : [linthresh]).reverse().map((v) => -v).concat(zero, posSplits);
}
var RE_ALL = /./;
var RE_12357 = /[12357]/;
var RE_125 = /[125]/;
var RE_1 = /1/;
var _filt = (splits, distr, re, keepMod) => splits.map((v, i) => distr == 4 && v == 0 || i % keepMod == 0 && re.test(v.toExponential()[v < 0 ? 1 : 0]) ? v : null);
function log10AxisValsFilt(self, splits, axisIdx, foundSpace, foundIncr) {
	let axis = self.axes[axisIdx];
	let scaleKey = axis.scale;
	let sc = self.scales[scaleKey];
	let valToPos = self.valToPos;
	let minSpace = axis._space;
	let _10 = valToPos(10, scaleKey);
	let re = valToPos(9, scaleKey) - _10 >= minSpace ? RE_ALL : valToPos(7, scaleKey) - _10 >= minSpace ? RE_12357 : valToPos(5, scaleKey) - _10 >= minSpace ? RE_125 : RE_1;
	if (re == RE_1) {
		let magSpace = abs(valToPos(1, scaleKey) - _10);
		if (magSpace < minSpace) return _filt(splits.slice().reverse(), sc.distr, re, ceil(minSpace / magSpace)).reverse();
	}
	return _filt(splits, sc.distr, re, 1);
}
function log2AxisValsFilt(self, splits, axisIdx, foundSpace, foundIncr) {
	let axis = self.axes[axisIdx];
	let scaleKey = axis.scale;
	let minSpace = axis._space;
	let valToPos = self.valToPos;
	let magSpace = abs(valToPos(1, scaleKey) - valToPos(2, scaleKey));
	if (magSpace < minSpace) return _filt(splits.slice().reverse(), 3, RE_ALL, ceil(minSpace / magSpace)).reverse();
	return splits;
}
function numSeriesVal(self, val, seriesIdx, dataIdx) {
	return dataIdx == null ? LEGEND_DISP : val == null ? "" : fmtNum(val);
}
var yAxisOpts = {
	show: true,
	scale: "y",
	stroke: hexBlack,
	space: 30,
	gap: 5,
	alignTo: 1,
	size: 50,
	labelGap: 0,
	labelSize: 30,
	labelFont,
	side: 3,
	grid,
	ticks,
	border,
	font,
	lineGap,
	rotate: 0
};
function ptDia(width, mult) {
	return roundDec((3 + (width || 1) * 2) * mult, 3);
}
function seriesPointsShow(self, si) {
	let { scale, idxs } = self.series[0];
	let xData = self._data[0];
	let p0 = self.valToPos(xData[idxs[0]], scale, true);
	let maxPts = abs(self.valToPos(xData[idxs[1]], scale, true) - p0) / (self.series[si].points.space * pxRatio);
	return idxs[1] - idxs[0] <= maxPts;
}
var facet = {
	scale: null,
	auto: true,
	sorted: 0,
	min: inf,
	max: -Infinity
};
var gaps = (self, seriesIdx, idx0, idx1, nullGaps) => nullGaps;
var xySeriesOpts = {
	show: true,
	auto: true,
	sorted: 0,
	gaps,
	alpha: 1,
	facets: [assign({}, facet, { scale: "x" }), assign({}, facet, { scale: "y" })]
};
var ySeriesOpts = {
	scale: "y",
	auto: true,
	sorted: 0,
	show: true,
	spanGaps: false,
	gaps,
	alpha: 1,
	points: {
		show: seriesPointsShow,
		filter: null
	},
	values: null,
	min: inf,
	max: -Infinity,
	idxs: [],
	path: null,
	clip: null
};
function clampScale(self, val, scaleMin, scaleMax, scaleKey) {
	return scaleMin / 10;
}
var xScaleOpts = {
	time: FEAT_TIME,
	auto: true,
	distr: 1,
	log: 10,
	asinh: 1,
	min: null,
	max: null,
	dir: 1,
	ori: 0
};
var yScaleOpts = assign({}, xScaleOpts, {
	time: false,
	ori: 1
});
var syncs = {};
function _sync(key, opts) {
	let s = syncs[key];
	if (!s) {
		s = {
			key,
			plots: [],
			sub(plot) {
				s.plots.push(plot);
			},
			unsub(plot) {
				s.plots = s.plots.filter((c) => c != plot);
			},
			pub(type, self, x, y, w, h, i) {
				for (let j = 0; j < s.plots.length; j++) s.plots[j] != self && s.plots[j].pub(type, self, x, y, w, h, i);
			}
		};
		if (key != null) syncs[key] = s;
	}
	return s;
}
var BAND_CLIP_FILL = 1;
var BAND_CLIP_STROKE = 2;
function orient(u, seriesIdx, cb) {
	const mode = u.mode;
	const series = u.series[seriesIdx];
	const data = mode == 2 ? u._data[seriesIdx] : u._data;
	const scales = u.scales;
	const bbox = u.bbox;
	let dx = data[0], dy = mode == 2 ? data[1] : data[seriesIdx], sx = mode == 2 ? scales[series.facets[0].scale] : scales[u.series[0].scale], sy = mode == 2 ? scales[series.facets[1].scale] : scales[series.scale], l = bbox.left, t = bbox.top, w = bbox.width, h = bbox.height, H = u.valToPosH, V = u.valToPosV;
	return sx.ori == 0 ? cb(series, dx, dy, sx, sy, H, V, l, t, w, h, moveToH, lineToH, rectH, arcH, bezierCurveToH) : cb(series, dx, dy, sx, sy, V, H, t, l, h, w, moveToV, lineToV, rectV, arcV, bezierCurveToV);
}
function bandFillClipDirs(self, seriesIdx) {
	let fillDir = 0;
	let clipDirs = 0;
	let bands = ifNull(self.bands, EMPTY_ARR);
	for (let i = 0; i < bands.length; i++) {
		let b = bands[i];
		if (b.series[0] == seriesIdx) fillDir = b.dir;
		else if (b.series[1] == seriesIdx) {
			if (b.dir == 1) clipDirs |= 1;
			else clipDirs |= 2;
		}
	}
	return [fillDir, clipDirs == 1 ? -1 : clipDirs == 2 ? 1 : clipDirs == 3 ? 2 : 0];
}
function seriesFillTo(self, seriesIdx, dataMin, dataMax, bandFillDir) {
	let mode = self.mode;
	let series = self.series[seriesIdx];
	let scaleKey = mode == 2 ? series.facets[1].scale : series.scale;
	let scale = self.scales[scaleKey];
	return bandFillDir == -1 ? scale.min : bandFillDir == 1 ? scale.max : scale.distr == 3 ? scale.dir == 1 ? scale.min : scale.max : 0;
}
function clipBandLine(self, seriesIdx, idx0, idx1, strokePath, clipDir) {
	return orient(self, seriesIdx, (series, dataX, dataY, scaleX, scaleY, valToPosX, valToPosY, xOff, yOff, xDim, yDim) => {
		let pxRound = series.pxRound;
		const dir = scaleX.dir * (scaleX.ori == 0 ? 1 : -1);
		const lineTo = scaleX.ori == 0 ? lineToH : lineToV;
		let frIdx, toIdx;
		if (dir == 1) {
			frIdx = idx0;
			toIdx = idx1;
		} else {
			frIdx = idx1;
			toIdx = idx0;
		}
		let x0 = pxRound(valToPosX(dataX[frIdx], scaleX, xDim, xOff));
		let y0 = pxRound(valToPosY(dataY[frIdx], scaleY, yDim, yOff));
		let x1 = pxRound(valToPosX(dataX[toIdx], scaleX, xDim, xOff));
		let yLimit = pxRound(valToPosY(clipDir == 1 ? scaleY.max : scaleY.min, scaleY, yDim, yOff));
		let clip = new Path2D(strokePath);
		lineTo(clip, x1, yLimit);
		lineTo(clip, x0, yLimit);
		lineTo(clip, x0, y0);
		return clip;
	});
}
function clipGaps(gaps, ori, plotLft, plotTop, plotWid, plotHgt) {
	let clip = null;
	if (gaps.length > 0) {
		clip = new Path2D();
		const rect = ori == 0 ? rectH : rectV;
		let prevGapEnd = plotLft;
		for (let i = 0; i < gaps.length; i++) {
			let g = gaps[i];
			if (g[1] > g[0]) {
				let w = g[0] - prevGapEnd;
				w > 0 && rect(clip, prevGapEnd, plotTop, w, plotTop + plotHgt);
				prevGapEnd = g[1];
			}
		}
		let w = plotLft + plotWid - prevGapEnd;
		let maxStrokeWidth = 10;
		w > 0 && rect(clip, prevGapEnd, plotTop - maxStrokeWidth / 2, w, plotTop + plotHgt + maxStrokeWidth);
	}
	return clip;
}
function addGap(gaps, fromX, toX) {
	let prevGap = gaps[gaps.length - 1];
	if (prevGap && prevGap[0] == fromX) prevGap[1] = toX;
	else gaps.push([fromX, toX]);
}
function findGaps(xs, ys, idx0, idx1, dir, pixelForX, align) {
	let gaps = [];
	let len = xs.length;
	for (let i = dir == 1 ? idx0 : idx1; i >= idx0 && i <= idx1; i += dir) if (ys[i] === null) {
		let fr = i, to = i;
		if (dir == 1) while (++i <= idx1 && ys[i] === null) to = i;
		else while (--i >= idx0 && ys[i] === null) to = i;
		let frPx = pixelForX(xs[fr]);
		let toPx = to == fr ? frPx : pixelForX(xs[to]);
		let fri2 = fr - dir;
		frPx = align <= 0 && fri2 >= 0 && fri2 < len ? pixelForX(xs[fri2]) : frPx;
		let toi2 = to + dir;
		toPx = align >= 0 && toi2 >= 0 && toi2 < len ? pixelForX(xs[toi2]) : toPx;
		if (toPx >= frPx) gaps.push([frPx, toPx]);
	}
	return gaps;
}
function pxRoundGen(pxAlign) {
	return pxAlign == 0 ? retArg0 : pxAlign == 1 ? round : (v) => incrRound(v, pxAlign);
}
function rect(ori) {
	let moveTo = ori == 0 ? moveToH : moveToV;
	let arcTo = ori == 0 ? (p, x1, y1, x2, y2, r) => {
		p.arcTo(x1, y1, x2, y2, r);
	} : (p, y1, x1, y2, x2, r) => {
		p.arcTo(x1, y1, x2, y2, r);
	};
	let rect = ori == 0 ? (p, x, y, w, h) => {
		p.rect(x, y, w, h);
	} : (p, y, x, h, w) => {
		p.rect(x, y, w, h);
	};
	return (p, x, y, w, h, endRad = 0, baseRad = 0) => {
		if (endRad == 0 && baseRad == 0) rect(p, x, y, w, h);
		else {
			endRad = min(endRad, w / 2, h / 2);
			baseRad = min(baseRad, w / 2, h / 2);
			moveTo(p, x + endRad, y);
			arcTo(p, x + w, y, x + w, y + h, endRad);
			arcTo(p, x + w, y + h, x, y + h, baseRad);
			arcTo(p, x, y + h, x, y, baseRad);
			arcTo(p, x, y, x + w, y, endRad);
			p.closePath();
		}
	};
}
var moveToH = (p, x, y) => {
	p.moveTo(x, y);
};
var moveToV = (p, y, x) => {
	p.moveTo(x, y);
};
var lineToH = (p, x, y) => {
	p.lineTo(x, y);
};
var lineToV = (p, y, x) => {
	p.lineTo(x, y);
};
var rectH = rect(0);
var rectV = rect(1);
var arcH = (p, x, y, r, startAngle, endAngle) => {
	p.arc(x, y, r, startAngle, endAngle);
};
var arcV = (p, y, x, r, startAngle, endAngle) => {
	p.arc(x, y, r, startAngle, endAngle);
};
var bezierCurveToH = (p, bp1x, bp1y, bp2x, bp2y, p2x, p2y) => {
	p.bezierCurveTo(bp1x, bp1y, bp2x, bp2y, p2x, p2y);
};
var bezierCurveToV = (p, bp1y, bp1x, bp2y, bp2x, p2y, p2x) => {
	p.bezierCurveTo(bp1x, bp1y, bp2x, bp2y, p2x, p2y);
};
function points$1(opts) {
	return (u, seriesIdx, idx0, idx1, filtIdxs) => {
		return orient(u, seriesIdx, (series, dataX, dataY, scaleX, scaleY, valToPosX, valToPosY, xOff, yOff, xDim, yDim) => {
			let { pxRound, points } = series;
			let moveTo, arc;
			if (scaleX.ori == 0) {
				moveTo = moveToH;
				arc = arcH;
			} else {
				moveTo = moveToV;
				arc = arcV;
			}
			const width = roundDec(points.width * pxRatio, 3);
			let rad = (points.size - points.width) / 2 * pxRatio;
			let dia = roundDec(rad * 2, 3);
			let fill = new Path2D();
			let clip = new Path2D();
			let { left: lft, top, width: wid, height: hgt } = u.bbox;
			rectH(clip, lft - dia, top - dia, wid + dia * 2, hgt + dia * 2);
			const drawPoint = (pi) => {
				if (dataY[pi] != null) {
					let x = pxRound(valToPosX(dataX[pi], scaleX, xDim, xOff));
					let y = pxRound(valToPosY(dataY[pi], scaleY, yDim, yOff));
					moveTo(fill, x + rad, y);
					arc(fill, x, y, rad, 0, PI * 2);
				}
			};
			if (filtIdxs) filtIdxs.forEach(drawPoint);
			else for (let pi = idx0; pi <= idx1; pi++) drawPoint(pi);
			return {
				stroke: width > 0 ? fill : null,
				fill,
				clip,
				flags: 3
			};
		});
	};
}
function _drawAcc(lineTo) {
	return (stroke, accX, minY, maxY, inY, outY) => {
		if (minY != maxY) {
			if (inY != minY && outY != minY) lineTo(stroke, accX, minY);
			if (inY != maxY && outY != maxY) lineTo(stroke, accX, maxY);
			lineTo(stroke, accX, outY);
		}
	};
}
var drawAccH = _drawAcc(lineToH);
var drawAccV = _drawAcc(lineToV);
function linear(opts) {
	const alignGaps = ifNull(opts?.alignGaps, 0);
	return (u, seriesIdx, idx0, idx1) => {
		return orient(u, seriesIdx, (series, dataX, dataY, scaleX, scaleY, valToPosX, valToPosY, xOff, yOff, xDim, yDim) => {
			[idx0, idx1] = nonNullIdxs(dataY, idx0, idx1);
			let pxRound = series.pxRound;
			let pixelForX = (val) => pxRound(valToPosX(val, scaleX, xDim, xOff));
			let pixelForY = (val) => pxRound(valToPosY(val, scaleY, yDim, yOff));
			let lineTo, drawAcc;
			if (scaleX.ori == 0) {
				lineTo = lineToH;
				drawAcc = drawAccH;
			} else {
				lineTo = lineToV;
				drawAcc = drawAccV;
			}
			const dir = scaleX.dir * (scaleX.ori == 0 ? 1 : -1);
			const _paths = {
				stroke: new Path2D(),
				fill: null,
				clip: null,
				band: null,
				gaps: null,
				flags: BAND_CLIP_FILL
			};
			const stroke = _paths.stroke;
			let hasGap = false;
			if (idx1 - idx0 >= xDim * 4) {
				let xForPixel = (pos) => u.posToVal(pos, scaleX.key, true);
				let minY = null, maxY = null, inY, outY, drawnAtX;
				let accX = pixelForX(dataX[dir == 1 ? idx0 : idx1]);
				let idx0px = pixelForX(dataX[idx0]);
				let idx1px = pixelForX(dataX[idx1]);
				let nextAccXVal = xForPixel(dir == 1 ? idx0px + 1 : idx1px - 1);
				for (let i = dir == 1 ? idx0 : idx1; i >= idx0 && i <= idx1; i += dir) {
					let xVal = dataX[i];
					let x = (dir == 1 ? xVal < nextAccXVal : xVal > nextAccXVal) ? accX : pixelForX(xVal);
					let yVal = dataY[i];
					if (x == accX) {
						if (yVal != null) {
							outY = yVal;
							if (minY == null) {
								lineTo(stroke, x, pixelForY(outY));
								inY = minY = maxY = outY;
							} else if (outY < minY) minY = outY;
							else if (outY > maxY) maxY = outY;
						} else if (yVal === null) hasGap = true;
					} else {
						if (minY != null) drawAcc(stroke, accX, pixelForY(minY), pixelForY(maxY), pixelForY(inY), pixelForY(outY));
						if (yVal != null) {
							outY = yVal;
							lineTo(stroke, x, pixelForY(outY));
							minY = maxY = inY = outY;
						} else {
							minY = maxY = null;
							if (yVal === null) hasGap = true;
						}
						accX = x;
						nextAccXVal = xForPixel(accX + dir);
					}
				}
				if (minY != null && minY != maxY && drawnAtX != accX) drawAcc(stroke, accX, pixelForY(minY), pixelForY(maxY), pixelForY(inY), pixelForY(outY));
			} else for (let i = dir == 1 ? idx0 : idx1; i >= idx0 && i <= idx1; i += dir) {
				let yVal = dataY[i];
				if (yVal === null) hasGap = true;
				else if (yVal != null) lineTo(stroke, pixelForX(dataX[i]), pixelForY(yVal));
			}
			let [bandFillDir, bandClipDir] = bandFillClipDirs(u, seriesIdx);
			if (series.fill != null || bandFillDir != 0) {
				let fill = _paths.fill = new Path2D(stroke);
				let fillToY = pixelForY(series.fillTo(u, seriesIdx, series.min, series.max, bandFillDir));
				let frX = pixelForX(dataX[idx0]);
				let toX = pixelForX(dataX[idx1]);
				if (dir == -1) [toX, frX] = [frX, toX];
				lineTo(fill, toX, fillToY);
				lineTo(fill, frX, fillToY);
			}
			if (!series.spanGaps) {
				let gaps = [];
				hasGap && gaps.push(...findGaps(dataX, dataY, idx0, idx1, dir, pixelForX, alignGaps));
				_paths.gaps = gaps = series.gaps(u, seriesIdx, idx0, idx1, gaps);
				_paths.clip = clipGaps(gaps, scaleX.ori, xOff, yOff, xDim, yDim);
			}
			if (bandClipDir != 0) _paths.band = bandClipDir == 2 ? [clipBandLine(u, seriesIdx, idx0, idx1, stroke, -1), clipBandLine(u, seriesIdx, idx0, idx1, stroke, 1)] : clipBandLine(u, seriesIdx, idx0, idx1, stroke, bandClipDir);
			return _paths;
		});
	};
}
function stepped(opts) {
	const align = ifNull(opts.align, 1);
	const ascDesc = ifNull(opts.ascDesc, false);
	const alignGaps = ifNull(opts.alignGaps, 0);
	const extend = ifNull(opts.extend, false);
	return (u, seriesIdx, idx0, idx1) => {
		return orient(u, seriesIdx, (series, dataX, dataY, scaleX, scaleY, valToPosX, valToPosY, xOff, yOff, xDim, yDim) => {
			[idx0, idx1] = nonNullIdxs(dataY, idx0, idx1);
			let pxRound = series.pxRound;
			let { left, width } = u.bbox;
			let pixelForX = (val) => pxRound(valToPosX(val, scaleX, xDim, xOff));
			let pixelForY = (val) => pxRound(valToPosY(val, scaleY, yDim, yOff));
			let lineTo = scaleX.ori == 0 ? lineToH : lineToV;
			const _paths = {
				stroke: new Path2D(),
				fill: null,
				clip: null,
				band: null,
				gaps: null,
				flags: BAND_CLIP_FILL
			};
			const stroke = _paths.stroke;
			const dir = scaleX.dir * (scaleX.ori == 0 ? 1 : -1);
			let prevYPos = pixelForY(dataY[dir == 1 ? idx0 : idx1]);
			let firstXPos = pixelForX(dataX[dir == 1 ? idx0 : idx1]);
			let prevXPos = firstXPos;
			let firstXPosExt = firstXPos;
			if (extend && align == -1) {
				firstXPosExt = left;
				lineTo(stroke, firstXPosExt, prevYPos);
			}
			lineTo(stroke, firstXPos, prevYPos);
			for (let i = dir == 1 ? idx0 : idx1; i >= idx0 && i <= idx1; i += dir) {
				let yVal1 = dataY[i];
				if (yVal1 == null) continue;
				let x1 = pixelForX(dataX[i]);
				let y1 = pixelForY(yVal1);
				if (align == 1) lineTo(stroke, x1, prevYPos);
				else lineTo(stroke, prevXPos, y1);
				lineTo(stroke, x1, y1);
				prevYPos = y1;
				prevXPos = x1;
			}
			let prevXPosExt = prevXPos;
			if (extend && align == 1) {
				prevXPosExt = left + width;
				lineTo(stroke, prevXPosExt, prevYPos);
			}
			let [bandFillDir, bandClipDir] = bandFillClipDirs(u, seriesIdx);
			if (series.fill != null || bandFillDir != 0) {
				let fill = _paths.fill = new Path2D(stroke);
				let fillToY = pixelForY(series.fillTo(u, seriesIdx, series.min, series.max, bandFillDir));
				lineTo(fill, prevXPosExt, fillToY);
				lineTo(fill, firstXPosExt, fillToY);
			}
			if (!series.spanGaps) {
				let gaps = [];
				gaps.push(...findGaps(dataX, dataY, idx0, idx1, dir, pixelForX, alignGaps));
				let halfStroke = series.width * pxRatio / 2;
				let startsOffset = ascDesc || align == 1 ? halfStroke : -halfStroke;
				let endsOffset = ascDesc || align == -1 ? -halfStroke : halfStroke;
				gaps.forEach((g) => {
					g[0] += startsOffset;
					g[1] += endsOffset;
				});
				_paths.gaps = gaps = series.gaps(u, seriesIdx, idx0, idx1, gaps);
				_paths.clip = clipGaps(gaps, scaleX.ori, xOff, yOff, xDim, yDim);
			}
			if (bandClipDir != 0) _paths.band = bandClipDir == 2 ? [clipBandLine(u, seriesIdx, idx0, idx1, stroke, -1), clipBandLine(u, seriesIdx, idx0, idx1, stroke, 1)] : clipBandLine(u, seriesIdx, idx0, idx1, stroke, bandClipDir);
			return _paths;
		});
	};
}
function findColWidth(dataX, dataY, valToPosX, scaleX, xDim, xOff, colWid = inf) {
	if (dataX.length > 1) {
		let prevIdx = null;
		for (let i = 0, minDelta = Infinity; i < dataX.length; i++) if (dataY[i] !== void 0) {
			if (prevIdx != null) {
				let delta = abs(dataX[i] - dataX[prevIdx]);
				if (delta < minDelta) {
					minDelta = delta;
					colWid = abs(valToPosX(dataX[i], scaleX, xDim, xOff) - valToPosX(dataX[prevIdx], scaleX, xDim, xOff));
				}
			}
			prevIdx = i;
		}
	}
	return colWid;
}
function bars(opts) {
	opts = opts || EMPTY_OBJ;
	const size = ifNull(opts.size, [
		.6,
		inf,
		1
	]);
	const align = opts.align || 0;
	const _extraGap = opts.gap || 0;
	let ro = opts.radius;
	ro = ro == null ? [0, 0] : typeof ro == "number" ? [ro, 0] : ro;
	const radiusFn = fnOrSelf(ro);
	const gapFactor = 1 - size[0];
	const _maxWidth = ifNull(size[1], inf);
	const _minWidth = ifNull(size[2], 1);
	const disp = ifNull(opts.disp, EMPTY_OBJ);
	const _each = ifNull(opts.each, (_) => {});
	const { fill: dispFills, stroke: dispStrokes } = disp;
	return (u, seriesIdx, idx0, idx1) => {
		return orient(u, seriesIdx, (series, dataX, dataY, scaleX, scaleY, valToPosX, valToPosY, xOff, yOff, xDim, yDim) => {
			let pxRound = series.pxRound;
			let _align = align;
			let extraGap = _extraGap * pxRatio;
			let maxWidth = _maxWidth * pxRatio;
			let minWidth = _minWidth * pxRatio;
			let valRadius, baseRadius;
			if (scaleX.ori == 0) [valRadius, baseRadius] = radiusFn(u, seriesIdx);
			else [baseRadius, valRadius] = radiusFn(u, seriesIdx);
			const _dirX = scaleX.dir * (scaleX.ori == 0 ? 1 : -1);
			let rect = scaleX.ori == 0 ? rectH : rectV;
			let each = scaleX.ori == 0 ? _each : (u, seriesIdx, i, top, lft, hgt, wid) => {
				_each(u, seriesIdx, i, lft, top, wid, hgt);
			};
			let band = ifNull(u.bands, EMPTY_ARR).find((b) => b.series[0] == seriesIdx);
			let fillDir = band != null ? band.dir : 0;
			let fillTo = series.fillTo(u, seriesIdx, series.min, series.max, fillDir);
			let fillToY = pxRound(valToPosY(fillTo, scaleY, yDim, yOff));
			let xShift, barWid, fullGap, colWid = xDim;
			let strokeWidth = pxRound(series.width * pxRatio);
			let multiPath = false;
			let fillColors = null;
			let fillPaths = null;
			let strokeColors = null;
			let strokePaths = null;
			if (dispFills != null && (strokeWidth == 0 || dispStrokes != null)) {
				multiPath = true;
				fillColors = dispFills.values(u, seriesIdx, idx0, idx1);
				fillPaths = new Map();
				new Set(fillColors).forEach((color) => {
					if (color != null) fillPaths.set(color, new Path2D());
				});
				if (strokeWidth > 0) {
					strokeColors = dispStrokes.values(u, seriesIdx, idx0, idx1);
					strokePaths = new Map();
					new Set(strokeColors).forEach((color) => {
						if (color != null) strokePaths.set(color, new Path2D());
					});
				}
			}
			let { x0, size } = disp;
			if (x0 != null && size != null) {
				_align = 1;
				dataX = x0.values(u, seriesIdx, idx0, idx1);
				if (x0.unit == 2) dataX = dataX.map((pct) => u.posToVal(xOff + pct * xDim, scaleX.key, true));
				let sizes = size.values(u, seriesIdx, idx0, idx1);
				if (size.unit == 2) barWid = sizes[0] * xDim;
				else barWid = valToPosX(sizes[0], scaleX, xDim, xOff) - valToPosX(0, scaleX, xDim, xOff);
				colWid = findColWidth(dataX, dataY, valToPosX, scaleX, xDim, xOff, colWid);
				fullGap = colWid - barWid + extraGap;
			} else {
				colWid = findColWidth(dataX, dataY, valToPosX, scaleX, xDim, xOff, colWid);
				fullGap = colWid * gapFactor + extraGap;
				barWid = colWid - fullGap;
			}
			if (fullGap < 1) fullGap = 0;
			if (strokeWidth >= barWid / 2) strokeWidth = 0;
			if (fullGap < 5) pxRound = retArg0;
			let insetStroke = fullGap > 0;
			let rawBarWid = colWid - fullGap - (insetStroke ? strokeWidth : 0);
			barWid = pxRound(clamp(rawBarWid, minWidth, maxWidth));
			xShift = (_align == 0 ? barWid / 2 : _align == _dirX ? 0 : barWid) - _align * _dirX * ((_align == 0 ? extraGap / 2 : 0) + (insetStroke ? strokeWidth / 2 : 0));
			const _paths = {
				stroke: null,
				fill: null,
				clip: null,
				band: null,
				gaps: null,
				flags: 0
			};
			const stroke = multiPath ? null : new Path2D();
			let dataY0 = null;
			if (band != null) dataY0 = u.data[band.series[1]];
			else {
				let { y0, y1 } = disp;
				if (y0 != null && y1 != null) {
					dataY = y1.values(u, seriesIdx, idx0, idx1);
					dataY0 = y0.values(u, seriesIdx, idx0, idx1);
				}
			}
			let radVal = valRadius * barWid;
			let radBase = baseRadius * barWid;
			for (let i = _dirX == 1 ? idx0 : idx1; i >= idx0 && i <= idx1; i += _dirX) {
				let yVal = dataY[i];
				if (yVal == null) continue;
				if (dataY0 != null) {
					let yVal0 = dataY0[i] ?? 0;
					if (yVal - yVal0 == 0) continue;
					fillToY = valToPosY(yVal0, scaleY, yDim, yOff);
				}
				let xPos = valToPosX(scaleX.distr != 2 || disp != null ? dataX[i] : i, scaleX, xDim, xOff);
				let yPos = valToPosY(ifNull(yVal, fillTo), scaleY, yDim, yOff);
				let lft = pxRound(xPos - xShift);
				let btm = pxRound(max(yPos, fillToY));
				let top = pxRound(min(yPos, fillToY));
				let barHgt = btm - top;
				if (yVal != null) {
					let rv = yVal < 0 ? radBase : radVal;
					let rb = yVal < 0 ? radVal : radBase;
					if (multiPath) {
						if (strokeWidth > 0 && strokeColors[i] != null) rect(strokePaths.get(strokeColors[i]), lft, top + floor(strokeWidth / 2), barWid, max(0, barHgt - strokeWidth), rv, rb);
						if (fillColors[i] != null) rect(fillPaths.get(fillColors[i]), lft, top + floor(strokeWidth / 2), barWid, max(0, barHgt - strokeWidth), rv, rb);
					} else rect(stroke, lft, top + floor(strokeWidth / 2), barWid, max(0, barHgt - strokeWidth), rv, rb);
					each(u, seriesIdx, i, lft - strokeWidth / 2, top, barWid + strokeWidth, barHgt);
				}
			}
			if (strokeWidth > 0) _paths.stroke = multiPath ? strokePaths : stroke;
			else if (!multiPath) {
				_paths._fill = series.width == 0 ? series._fill : series._stroke ?? series._fill;
				_paths.width = 0;
			}
			_paths.fill = multiPath ? fillPaths : stroke;
			return _paths;
		});
	};
}
function splineInterp(interp, opts) {
	const alignGaps = ifNull(opts?.alignGaps, 0);
	return (u, seriesIdx, idx0, idx1) => {
		return orient(u, seriesIdx, (series, dataX, dataY, scaleX, scaleY, valToPosX, valToPosY, xOff, yOff, xDim, yDim) => {
			[idx0, idx1] = nonNullIdxs(dataY, idx0, idx1);
			let pxRound = series.pxRound;
			let pixelForX = (val) => pxRound(valToPosX(val, scaleX, xDim, xOff));
			let pixelForY = (val) => pxRound(valToPosY(val, scaleY, yDim, yOff));
			let moveTo, bezierCurveTo, lineTo;
			if (scaleX.ori == 0) {
				moveTo = moveToH;
				lineTo = lineToH;
				bezierCurveTo = bezierCurveToH;
			} else {
				moveTo = moveToV;
				lineTo = lineToV;
				bezierCurveTo = bezierCurveToV;
			}
			const dir = scaleX.dir * (scaleX.ori == 0 ? 1 : -1);
			let firstXPos = pixelForX(dataX[dir == 1 ? idx0 : idx1]);
			let prevXPos = firstXPos;
			let xCoords = [];
			let yCoords = [];
			for (let i = dir == 1 ? idx0 : idx1; i >= idx0 && i <= idx1; i += dir) if (dataY[i] != null) {
				let xVal = dataX[i];
				let xPos = pixelForX(xVal);
				xCoords.push(prevXPos = xPos);
				yCoords.push(pixelForY(dataY[i]));
			}
			const _paths = {
				stroke: interp(xCoords, yCoords, moveTo, lineTo, bezierCurveTo, pxRound),
				fill: null,
				clip: null,
				band: null,
				gaps: null,
				flags: BAND_CLIP_FILL
			};
			const stroke = _paths.stroke;
			let [bandFillDir, bandClipDir] = bandFillClipDirs(u, seriesIdx);
			if (series.fill != null || bandFillDir != 0) {
				let fill = _paths.fill = new Path2D(stroke);
				let fillToY = pixelForY(series.fillTo(u, seriesIdx, series.min, series.max, bandFillDir));
				lineTo(fill, prevXPos, fillToY);
				lineTo(fill, firstXPos, fillToY);
			}
			if (!series.spanGaps) {
				let gaps = [];
				gaps.push(...findGaps(dataX, dataY, idx0, idx1, dir, pixelForX, alignGaps));
				_paths.gaps = gaps = series.gaps(u, seriesIdx, idx0, idx1, gaps);
				_paths.clip = clipGaps(gaps, scaleX.ori, xOff, yOff, xDim, yDim);
			}
			if (bandClipDir != 0) _paths.band = bandClipDir == 2 ? [clipBandLine(u, seriesIdx, idx0, idx1, stroke, -1), clipBandLine(u, seriesIdx, idx0, idx1, stroke, 1)] : clipBandLine(u, seriesIdx, idx0, idx1, stroke, bandClipDir);
			return _paths;
		});
	};
}
function monotoneCubic(opts) {
	return splineInterp(_monotoneCubic, opts);
}
function _monotoneCubic(xs, ys, moveTo, lineTo, bezierCurveTo, pxRound) {
	const n = xs.length;
	if (n < 2) return null;
	const path = new Path2D();
	moveTo(path, xs[0], ys[0]);
	if (n == 2) lineTo(path, xs[1], ys[1]);
	else {
		let ms = Array(n), ds = Array(n - 1), dys = Array(n - 1), dxs = Array(n - 1);
		for (let i = 0; i < n - 1; i++) {
			dys[i] = ys[i + 1] - ys[i];
			dxs[i] = xs[i + 1] - xs[i];
			ds[i] = dys[i] / dxs[i];
		}
		ms[0] = ds[0];
		for (let i = 1; i < n - 1; i++) if (ds[i] === 0 || ds[i - 1] === 0 || ds[i - 1] > 0 !== ds[i] > 0) ms[i] = 0;
		else {
			ms[i] = 3 * (dxs[i - 1] + dxs[i]) / ((2 * dxs[i] + dxs[i - 1]) / ds[i - 1] + (dxs[i] + 2 * dxs[i - 1]) / ds[i]);
			if (!isFinite(ms[i])) ms[i] = 0;
		}
		ms[n - 1] = ds[n - 2];
		for (let i = 0; i < n - 1; i++) bezierCurveTo(path, xs[i] + dxs[i] / 3, ys[i] + ms[i] * dxs[i] / 3, xs[i + 1] - dxs[i] / 3, ys[i + 1] - ms[i + 1] * dxs[i] / 3, xs[i + 1], ys[i + 1]);
	}
	return path;
}
var cursorPlots = new Set();
function invalidateRects() {
	for (let u of cursorPlots) u.syncRect(true);
}
if (domEnv) {
	on$1(resize, win, invalidateRects);
	on$1(scroll, win, invalidateRects, true);
	on$1(dppxchange, win, () => {
		uPlot.pxRatio = pxRatio;
	});
}
var linearPath = linear();
var pointsPath = points$1();
function setDefaults(d, xo, yo, initY) {
	return (initY ? [d[0], d[1]].concat(d.slice(2)) : [d[0]].concat(d.slice(1))).map((o, i) => setDefault(o, i, xo, yo));
}
function setDefaults2(d, xyo) {
	return d.map((o, i) => i == 0 ? {} : assign({}, xyo, o));
}
function setDefault(o, i, xo, yo) {
	return assign({}, i == 0 ? xo : yo, o);
}
function snapNumX(self, dataMin, dataMax) {
	return dataMin == null ? nullNullTuple : [dataMin, dataMax];
}
var snapTimeX = snapNumX;
function snapNumY(self, dataMin, dataMax) {
	return dataMin == null ? nullNullTuple : rangeNum(dataMin, dataMax, rangePad, true);
}
function snapLogY(self, dataMin, dataMax, scale) {
	return dataMin == null ? nullNullTuple : rangeLog(dataMin, dataMax, self.scales[scale].log, false);
}
var snapLogX = snapLogY;
function snapAsinhY(self, dataMin, dataMax, scale) {
	return dataMin == null ? nullNullTuple : rangeAsinh(dataMin, dataMax, self.scales[scale].log, false);
}
var snapAsinhX = snapAsinhY;
function findIncr(minVal, maxVal, incrs, dim, minSpace) {
	let intDigits = max(numIntDigits(minVal), numIntDigits(maxVal));
	let delta = maxVal - minVal;
	let incrIdx = closestIdx(minSpace / dim * delta, incrs);
	do {
		let foundIncr = incrs[incrIdx];
		let foundSpace = dim * foundIncr / delta;
		if (foundSpace >= minSpace && intDigits + (foundIncr < 5 ? fixedDec.get(foundIncr) : 0) <= 17) return [foundIncr, foundSpace];
	} while (++incrIdx < incrs.length);
	return [0, 0];
}
function pxRatioFont(font) {
	let fontSize, fontSizeCss;
	font = font.replace(/(\d+)px/, (m, p1) => (fontSize = round((fontSizeCss = +p1) * pxRatio)) + "px");
	return [
		font,
		fontSize,
		fontSizeCss
	];
}
function syncFontSize(axis) {
	if (axis.show) [axis.font, axis.labelFont].forEach((f) => {
		let size = roundDec(f[2] * pxRatio, 1);
		f[0] = f[0].replace(/[0-9.]+px/, size + "px");
		f[1] = size;
	});
}
function uPlot(opts, data, then) {
	const self = { mode: ifNull(opts.mode, 1) };
	const mode = self.mode;
	function getHPos(val, scale, dim, off) {
		let pct = scale.valToPct(val);
		return off + dim * (scale.dir == -1 ? 1 - pct : pct);
	}
	function getVPos(val, scale, dim, off) {
		let pct = scale.valToPct(val);
		return off + dim * (scale.dir == -1 ? pct : 1 - pct);
	}
	function getPos(val, scale, dim, off) {
		return scale.ori == 0 ? getHPos(val, scale, dim, off) : getVPos(val, scale, dim, off);
	}
	self.valToPosH = getHPos;
	self.valToPosV = getVPos;
	let ready = false;
	self.status = 0;
	const root = self.root = placeDiv(UPLOT);
	if (opts.id != null) root.id = opts.id;
	addClass(root, opts.class);
	if (opts.title) {
		let title = placeDiv(TITLE, root);
		title.textContent = opts.title;
	}
	const can = placeTag("canvas");
	const ctx = self.ctx = can.getContext("2d");
	const wrap = placeDiv(WRAP, root);
	on$1("click", wrap, (e) => {
		if (e.target === over) (mouseLeft1 != mouseLeft0 || mouseTop1 != mouseTop0) && drag.click(self, e);
	}, true);
	const under = self.under = placeDiv(UNDER, wrap);
	wrap.appendChild(can);
	const over = self.over = placeDiv(OVER, wrap);
	opts = copy(opts);
	const pxAlign = +ifNull(opts.pxAlign, 1);
	const pxRound = pxRoundGen(pxAlign);
	(opts.plugins || []).forEach((p) => {
		if (p.opts) opts = p.opts(self, opts) || opts;
	});
	const ms = opts.ms || .001;
	const series = self.series = mode == 1 ? setDefaults(opts.series || [], xSeriesOpts, ySeriesOpts, false) : setDefaults2(opts.series || [null], xySeriesOpts);
	const axes = self.axes = setDefaults(opts.axes || [], xAxisOpts, yAxisOpts, true);
	const scales = self.scales = {};
	const bands = self.bands = opts.bands || [];
	bands.forEach((b) => {
		b.fill = fnOrSelf(b.fill || null);
		b.dir = ifNull(b.dir, -1);
	});
	const xScaleKey = mode == 2 ? series[1].facets[0].scale : series[0].scale;
	const drawOrderMap = {
		axes: drawAxesGrid,
		series: drawSeries
	};
	const drawOrder = (opts.drawOrder || ["axes", "series"]).map((key) => drawOrderMap[key]);
	function initValToPct(sc) {
		const getVal = sc.distr == 3 ? (val) => log10(val > 0 ? val : sc.clamp(self, val, sc.min, sc.max, sc.key)) : sc.distr == 4 ? (val) => asinh(val, sc.asinh) : sc.distr == 100 ? (val) => sc.fwd(val) : (val) => val;
		return (val) => {
			let _val = getVal(val);
			let { _min, _max } = sc;
			let delta = _max - _min;
			return (_val - _min) / delta;
		};
	}
	function initScale(scaleKey) {
		let sc = scales[scaleKey];
		if (sc == null) {
			let scaleOpts = (opts.scales || EMPTY_OBJ)[scaleKey] || EMPTY_OBJ;
			if (scaleOpts.from != null) {
				initScale(scaleOpts.from);
				let sc = assign({}, scales[scaleOpts.from], scaleOpts, { key: scaleKey });
				sc.valToPct = initValToPct(sc);
				scales[scaleKey] = sc;
			} else {
				sc = scales[scaleKey] = assign({}, scaleKey == xScaleKey ? xScaleOpts : yScaleOpts, scaleOpts);
				sc.key = scaleKey;
				let isTime = sc.time;
				let rn = sc.range;
				let rangeIsArr = isArr(rn);
				if (scaleKey != xScaleKey || mode == 2 && !isTime) {
					if (rangeIsArr && (rn[0] == null || rn[1] == null)) {
						rn = {
							min: rn[0] == null ? autoRangePart : {
								mode: 1,
								hard: rn[0],
								soft: rn[0]
							},
							max: rn[1] == null ? autoRangePart : {
								mode: 1,
								hard: rn[1],
								soft: rn[1]
							}
						};
						rangeIsArr = false;
					}
					if (!rangeIsArr && isObj(rn)) {
						let cfg = rn;
						rn = (self, dataMin, dataMax) => dataMin == null ? nullNullTuple : rangeNum(dataMin, dataMax, cfg);
					}
				}
				sc.range = fnOrSelf(rn || (isTime ? snapTimeX : scaleKey == xScaleKey ? sc.distr == 3 ? snapLogX : sc.distr == 4 ? snapAsinhX : snapNumX : sc.distr == 3 ? snapLogY : sc.distr == 4 ? snapAsinhY : snapNumY));
				sc.auto = fnOrSelf(rangeIsArr ? false : sc.auto);
				sc.clamp = fnOrSelf(sc.clamp || clampScale);
				sc._min = sc._max = null;
				sc.valToPct = initValToPct(sc);
			}
		}
	}
	initScale("x");
	initScale("y");
	if (mode == 1) series.forEach((s) => {
		initScale(s.scale);
	});
	axes.forEach((a) => {
		initScale(a.scale);
	});
	for (let k in opts.scales) initScale(k);
	const scaleX = scales[xScaleKey];
	const xScaleDistr = scaleX.distr;
	let valToPosX, valToPosY;
	if (scaleX.ori == 0) {
		addClass(root, ORI_HZ);
		valToPosX = getHPos;
		valToPosY = getVPos;
	} else {
		addClass(root, ORI_VT);
		valToPosX = getVPos;
		valToPosY = getHPos;
	}
	const pendScales = {};
	for (let k in scales) {
		let sc = scales[k];
		if (sc.min != null || sc.max != null) {
			pendScales[k] = {
				min: sc.min,
				max: sc.max
			};
			sc.min = sc.max = null;
		}
	}
	const _tzDate = opts.tzDate || ((ts) => new Date(round(ts / ms)));
	const _fmtDate = opts.fmtDate || fmtDate;
	const _timeAxisSplits = ms == 1 ? timeAxisSplitsMs(_tzDate) : timeAxisSplitsS(_tzDate);
	const _timeAxisVals = timeAxisVals(_tzDate, timeAxisStamps(ms == 1 ? _timeAxisStampsMs : _timeAxisStampsS, _fmtDate));
	const _timeSeriesVal = timeSeriesVal(_tzDate, timeSeriesStamp(_timeSeriesStamp, _fmtDate));
	const activeIdxs = [];
	const legend = self.legend = assign({}, legendOpts, opts.legend);
	const cursor = self.cursor = assign({}, cursorOpts, { drag: { y: mode == 2 } }, opts.cursor);
	const showLegend = legend.show;
	const showCursor = cursor.show;
	const markers = legend.markers;
	legend.idxs = activeIdxs;
	markers.width = fnOrSelf(markers.width);
	markers.dash = fnOrSelf(markers.dash);
	markers.stroke = fnOrSelf(markers.stroke);
	markers.fill = fnOrSelf(markers.fill);
	let legendTable;
	let legendHead;
	let legendBody;
	let legendRows = [];
	let legendCells = [];
	let legendCols;
	let multiValLegend = false;
	let NULL_LEGEND_VALUES = {};
	if (legend.live) {
		const getMultiVals = series[1] ? series[1].values : null;
		multiValLegend = getMultiVals != null;
		legendCols = multiValLegend ? getMultiVals(self, 1, 0) : { _: 0 };
		for (let k in legendCols) NULL_LEGEND_VALUES[k] = LEGEND_DISP;
	}
	if (showLegend) {
		legendTable = placeTag("table", LEGEND, root);
		legendBody = placeTag("tbody", null, legendTable);
		legend.mount(self, legendTable);
		if (multiValLegend) {
			legendHead = placeTag("thead", null, legendTable, legendBody);
			let head = placeTag("tr", null, legendHead);
			placeTag("th", null, head);
			for (var key in legendCols) placeTag("th", LEGEND_LABEL, head).textContent = key;
		} else {
			addClass(legendTable, LEGEND_INLINE);
			legend.live && addClass(legendTable, LEGEND_LIVE);
		}
	}
	const son = { show: true };
	const soff = { show: false };
	function initLegendRow(s, i) {
		if (i == 0 && (multiValLegend || !legend.live || mode == 2)) return nullNullTuple;
		let cells = [];
		let row = placeTag("tr", LEGEND_SERIES, legendBody, legendBody.childNodes[i]);
		addClass(row, s.class);
		if (!s.show) addClass(row, OFF);
		let label = placeTag("th", null, row);
		if (markers.show) {
			let indic = placeDiv(LEGEND_MARKER, label);
			if (i > 0) {
				let width = markers.width(self, i);
				if (width) indic.style.border = width + "px " + markers.dash(self, i) + " " + markers.stroke(self, i);
				indic.style.background = markers.fill(self, i);
			}
		}
		let text = placeDiv(LEGEND_LABEL, label);
		if (s.label instanceof HTMLElement) text.appendChild(s.label);
		else text.textContent = s.label;
		if (i > 0) {
			if (!markers.show) text.style.color = s.width > 0 ? markers.stroke(self, i) : markers.fill(self, i);
			onMouse("click", label, (e) => {
				if (cursor._lock) return;
				setCursorEvent(e);
				let seriesIdx = series.indexOf(s);
				if ((e.ctrlKey || e.metaKey) != legend.isolate) {
					let isolate = series.some((s, i) => i > 0 && i != seriesIdx && s.show);
					series.forEach((s, i) => {
						i > 0 && setSeries(i, isolate ? i == seriesIdx ? son : soff : son, true, syncOpts.setSeries);
					});
				} else setSeries(seriesIdx, { show: !s.show }, true, syncOpts.setSeries);
			}, false);
			if (cursorFocus) onMouse(mouseenter, label, (e) => {
				if (cursor._lock) return;
				setCursorEvent(e);
				setSeries(series.indexOf(s), FOCUS_TRUE, true, syncOpts.setSeries);
			}, false);
		}
		for (var key in legendCols) {
			let v = placeTag("td", LEGEND_VALUE, row);
			v.textContent = "--";
			cells.push(v);
		}
		return [row, cells];
	}
	const mouseListeners = new Map();
	function onMouse(ev, targ, fn, onlyTarg = true) {
		const targListeners = mouseListeners.get(targ) || {};
		const listener = cursor.bind[ev](self, targ, fn, onlyTarg);
		if (listener) {
			on$1(ev, targ, targListeners[ev] = listener);
			mouseListeners.set(targ, targListeners);
		}
	}
	function offMouse(ev, targ, fn) {
		const targListeners = mouseListeners.get(targ) || {};
		for (let k in targListeners) if (ev == null || k == ev) {
			off(k, targ, targListeners[k]);
			delete targListeners[k];
		}
		if (ev == null) mouseListeners.delete(targ);
	}
	let fullWidCss = 0;
	let fullHgtCss = 0;
	let plotWidCss = 0;
	let plotHgtCss = 0;
	let plotLftCss = 0;
	let plotTopCss = 0;
	let _plotLftCss = plotLftCss;
	let _plotTopCss = plotTopCss;
	let _plotWidCss = plotWidCss;
	let _plotHgtCss = plotHgtCss;
	let plotLft = 0;
	let plotTop = 0;
	let plotWid = 0;
	let plotHgt = 0;
	self.bbox = {};
	let shouldSetScales = false;
	let shouldSetSize = false;
	let shouldConvergeSize = false;
	let shouldSetCursor = false;
	let shouldSetSelect = false;
	let shouldSetLegend = false;
	function _setSize(width, height, force) {
		if (force || width != self.width || height != self.height) calcSize(width, height);
		resetYSeries(false);
		shouldConvergeSize = true;
		shouldSetSize = true;
		commit();
	}
	function calcSize(width, height) {
		self.width = fullWidCss = plotWidCss = width;
		self.height = fullHgtCss = plotHgtCss = height;
		plotLftCss = plotTopCss = 0;
		calcPlotRect();
		calcAxesRects();
		let bb = self.bbox;
		plotLft = bb.left = incrRound(plotLftCss * pxRatio, .5);
		plotTop = bb.top = incrRound(plotTopCss * pxRatio, .5);
		plotWid = bb.width = incrRound(plotWidCss * pxRatio, .5);
		plotHgt = bb.height = incrRound(plotHgtCss * pxRatio, .5);
	}
	const CYCLE_LIMIT = 3;
	function convergeSize() {
		let converged = false;
		let cycleNum = 0;
		while (!converged) {
			cycleNum++;
			let axesConverged = axesCalc(cycleNum);
			let paddingConverged = paddingCalc(cycleNum);
			converged = cycleNum == CYCLE_LIMIT || axesConverged && paddingConverged;
			if (!converged) {
				calcSize(self.width, self.height);
				shouldSetSize = true;
			}
		}
	}
	function setSize({ width, height }) {
		_setSize(width, height);
	}
	self.setSize = setSize;
	function calcPlotRect() {
		let hasTopAxis = false;
		let hasBtmAxis = false;
		let hasRgtAxis = false;
		let hasLftAxis = false;
		axes.forEach((axis, i) => {
			if (axis.show && axis._show) {
				let { side, _size } = axis;
				let isVt = side % 2;
				let fullSize = _size + (axis.label != null ? axis.labelSize : 0);
				if (fullSize > 0) {
					if (isVt) {
						plotWidCss -= fullSize;
						if (side == 3) {
							plotLftCss += fullSize;
							hasLftAxis = true;
						} else hasRgtAxis = true;
					} else {
						plotHgtCss -= fullSize;
						if (side == 0) {
							plotTopCss += fullSize;
							hasTopAxis = true;
						} else hasBtmAxis = true;
					}
				}
			}
		});
		sidesWithAxes[0] = hasTopAxis;
		sidesWithAxes[1] = hasRgtAxis;
		sidesWithAxes[2] = hasBtmAxis;
		sidesWithAxes[3] = hasLftAxis;
		plotWidCss -= _padding[1] + _padding[3];
		plotLftCss += _padding[3];
		plotHgtCss -= _padding[2] + _padding[0];
		plotTopCss += _padding[0];
	}
	function calcAxesRects() {
		let off1 = plotLftCss + plotWidCss;
		let off2 = plotTopCss + plotHgtCss;
		let off3 = plotLftCss;
		let off0 = plotTopCss;
		function incrOffset(side, size) {
			switch (side) {
				case 1:
					off1 += size;
					return off1 - size;
				case 2:
					off2 += size;
					return off2 - size;
				case 3:
					off3 -= size;
					return off3 + size;
				case 0:
					off0 -= size;
					return off0 + size;
			}
		}
		axes.forEach((axis, i) => {
			if (axis.show && axis._show) {
				let side = axis.side;
				axis._pos = incrOffset(side, axis._size);
				if (axis.label != null) axis._lpos = incrOffset(side, axis.labelSize);
			}
		});
	}
	if (cursor.dataIdx == null) {
		let hov = cursor.hover;
		let skip = hov.skip = new Set(hov.skip ?? []);
		skip.add(void 0);
		let prox = hov.prox = fnOrSelf(hov.prox);
		let bias = hov.bias ??= 0;
		cursor.dataIdx = (self, seriesIdx, cursorIdx, valAtPosX) => {
			if (seriesIdx == 0) return cursorIdx;
			let idx2 = cursorIdx;
			let _prox = prox(self, seriesIdx, cursorIdx, valAtPosX) ?? inf;
			let withProx = _prox >= 0 && _prox < inf;
			let xDim = scaleX.ori == 0 ? plotWidCss : plotHgtCss;
			let cursorLft = cursor.left;
			let xValues = data[0];
			let yValues = data[seriesIdx];
			if (skip.has(yValues[cursorIdx])) {
				idx2 = null;
				let nonNullLft = null, nonNullRgt = null, j;
				if (bias == 0 || bias == -1) {
					j = cursorIdx;
					while (nonNullLft == null && j-- > 0) if (!skip.has(yValues[j])) nonNullLft = j;
				}
				if (bias == 0 || bias == 1) {
					j = cursorIdx;
					while (nonNullRgt == null && j++ < yValues.length) if (!skip.has(yValues[j])) nonNullRgt = j;
				}
				if (nonNullLft != null || nonNullRgt != null) {
					if (withProx) {
						let lftPos = nonNullLft == null ? -Infinity : valToPosX(xValues[nonNullLft], scaleX, xDim, 0);
						let rgtPos = nonNullRgt == null ? Infinity : valToPosX(xValues[nonNullRgt], scaleX, xDim, 0);
						let lftDelta = cursorLft - lftPos;
						let rgtDelta = rgtPos - cursorLft;
						if (lftDelta <= rgtDelta) {
							if (lftDelta <= _prox) idx2 = nonNullLft;
						} else if (rgtDelta <= _prox) idx2 = nonNullRgt;
					} else idx2 = nonNullRgt == null ? nonNullLft : nonNullLft == null ? nonNullRgt : cursorIdx - nonNullLft <= nonNullRgt - cursorIdx ? nonNullLft : nonNullRgt;
				}
			} else if (withProx) {
				if (abs(cursorLft - valToPosX(xValues[cursorIdx], scaleX, xDim, 0)) > _prox) idx2 = null;
			}
			return idx2;
		};
	}
	const setCursorEvent = (e) => {
		cursor.event = e;
	};
	cursor.idxs = activeIdxs;
	cursor._lock = false;
	let points = cursor.points;
	points.show = fnOrSelf(points.show);
	points.size = fnOrSelf(points.size);
	points.stroke = fnOrSelf(points.stroke);
	points.width = fnOrSelf(points.width);
	points.fill = fnOrSelf(points.fill);
	const focus = self.focus = assign({}, opts.focus || { alpha: .3 }, cursor.focus);
	const cursorFocus = focus.prox >= 0;
	const cursorOnePt = cursorFocus && points.one;
	let cursorPts = [];
	let cursorPtsLft = [];
	let cursorPtsTop = [];
	function initCursorPt(s, si) {
		let pt = points.show(self, si);
		if (pt instanceof HTMLElement) {
			addClass(pt, CURSOR_PT);
			addClass(pt, s.class);
			elTrans(pt, -10, -10, plotWidCss, plotHgtCss);
			over.insertBefore(pt, cursorPts[si]);
			return pt;
		}
	}
	function initSeries(s, i) {
		if (mode == 1 || i > 0) {
			let isTime = mode == 1 && scales[s.scale].time;
			let sv = s.value;
			s.value = isTime ? isStr(sv) ? timeSeriesVal(_tzDate, timeSeriesStamp(sv, _fmtDate)) : sv || _timeSeriesVal : sv || numSeriesVal;
			s.label = s.label || (isTime ? timeSeriesLabel : numSeriesLabel);
		}
		if (cursorOnePt || i > 0) {
			s.width = s.width == null ? 1 : s.width;
			s.paths = s.paths || linearPath || retNull;
			s.fillTo = fnOrSelf(s.fillTo || seriesFillTo);
			s.pxAlign = +ifNull(s.pxAlign, pxAlign);
			s.pxRound = pxRoundGen(s.pxAlign);
			s.stroke = fnOrSelf(s.stroke || null);
			s.fill = fnOrSelf(s.fill || null);
			s._stroke = s._fill = s._paths = s._focus = null;
			let _ptDia = ptDia(max(1, s.width), 1);
			let points = s.points = assign({}, {
				size: _ptDia,
				width: max(1, _ptDia * .2),
				stroke: s.stroke,
				space: _ptDia * 2,
				paths: pointsPath,
				_stroke: null,
				_fill: null
			}, s.points);
			points.show = fnOrSelf(points.show);
			points.filter = fnOrSelf(points.filter);
			points.fill = fnOrSelf(points.fill);
			points.stroke = fnOrSelf(points.stroke);
			points.paths = fnOrSelf(points.paths);
			points.pxAlign = s.pxAlign;
		}
		if (showLegend) {
			let rowCells = initLegendRow(s, i);
			legendRows.splice(i, 0, rowCells[0]);
			legendCells.splice(i, 0, rowCells[1]);
			legend.values.push(null);
		}
		if (showCursor) {
			activeIdxs.splice(i, 0, null);
			let pt = null;
			if (cursorOnePt) {
				if (i == 0) pt = initCursorPt(s, i);
			} else if (i > 0) pt = initCursorPt(s, i);
			cursorPts.splice(i, 0, pt);
			cursorPtsLft.splice(i, 0, 0);
			cursorPtsTop.splice(i, 0, 0);
		}
		fire("addSeries", i);
	}
	function addSeries(opts, si) {
		si = si == null ? series.length : si;
		opts = mode == 1 ? setDefault(opts, si, xSeriesOpts, ySeriesOpts) : setDefault(opts, si, {}, xySeriesOpts);
		series.splice(si, 0, opts);
		initSeries(series[si], si);
	}
	self.addSeries = addSeries;
	function delSeries(i) {
		series.splice(i, 1);
		if (showLegend) {
			legend.values.splice(i, 1);
			legendCells.splice(i, 1);
			let tr = legendRows.splice(i, 1)[0];
			offMouse(null, tr.firstChild);
			tr.remove();
		}
		if (showCursor) {
			activeIdxs.splice(i, 1);
			cursorPts.splice(i, 1)[0].remove();
			cursorPtsLft.splice(i, 1);
			cursorPtsTop.splice(i, 1);
		}
		fire("delSeries", i);
	}
	self.delSeries = delSeries;
	const sidesWithAxes = [
		false,
		false,
		false,
		false
	];
	function initAxis(axis, i) {
		axis._show = axis.show;
		if (axis.show) {
			let isVt = axis.side % 2;
			let sc = scales[axis.scale];
			if (sc == null) {
				axis.scale = isVt ? series[1].scale : xScaleKey;
				sc = scales[axis.scale];
			}
			let isTime = sc.time;
			axis.size = fnOrSelf(axis.size);
			axis.space = fnOrSelf(axis.space);
			axis.rotate = fnOrSelf(axis.rotate);
			if (isArr(axis.incrs)) axis.incrs.forEach((incr) => {
				!fixedDec.has(incr) && fixedDec.set(incr, guessDec(incr));
			});
			axis.incrs = fnOrSelf(axis.incrs || (sc.distr == 2 ? wholeIncrs : isTime ? ms == 1 ? timeIncrsMs : timeIncrsS : numIncrs));
			axis.splits = fnOrSelf(axis.splits || (isTime && sc.distr == 1 ? _timeAxisSplits : sc.distr == 3 ? logAxisSplits : sc.distr == 4 ? asinhAxisSplits : numAxisSplits));
			axis.stroke = fnOrSelf(axis.stroke);
			axis.grid.stroke = fnOrSelf(axis.grid.stroke);
			axis.ticks.stroke = fnOrSelf(axis.ticks.stroke);
			axis.border.stroke = fnOrSelf(axis.border.stroke);
			let av = axis.values;
			axis.values = isArr(av) && !isArr(av[0]) ? fnOrSelf(av) : isTime ? isArr(av) ? timeAxisVals(_tzDate, timeAxisStamps(av, _fmtDate)) : isStr(av) ? timeAxisVal(_tzDate, av) : av || _timeAxisVals : av || numAxisVals;
			axis.filter = fnOrSelf(axis.filter || (sc.distr >= 3 && sc.log == 10 ? log10AxisValsFilt : sc.distr == 3 && sc.log == 2 ? log2AxisValsFilt : retArg1));
			axis.font = pxRatioFont(axis.font);
			axis.labelFont = pxRatioFont(axis.labelFont);
			axis._size = axis.size(self, null, i, 0);
			axis._space = axis._rotate = axis._incrs = axis._found = axis._splits = axis._values = null;
			if (axis._size > 0) {
				sidesWithAxes[i] = true;
				axis._el = placeDiv(AXIS, wrap);
			}
		}
	}
	function autoPadSide(self, side, sidesWithAxes, cycleNum) {
		let [hasTopAxis, hasRgtAxis, hasBtmAxis, hasLftAxis] = sidesWithAxes;
		let ori = side % 2;
		let size = 0;
		if (ori == 0 && (hasLftAxis || hasRgtAxis)) size = side == 0 && !hasTopAxis || side == 2 && !hasBtmAxis ? round(xAxisOpts.size / 3) : 0;
		if (ori == 1 && (hasTopAxis || hasBtmAxis)) size = side == 1 && !hasRgtAxis || side == 3 && !hasLftAxis ? round(yAxisOpts.size / 2) : 0;
		return size;
	}
	const padding = self.padding = (opts.padding || [
		autoPadSide,
		autoPadSide,
		autoPadSide,
		autoPadSide
	]).map((p) => fnOrSelf(ifNull(p, autoPadSide)));
	const _padding = self._padding = padding.map((p, i) => p(self, i, sidesWithAxes, 0));
	let dataLen;
	let i0 = null;
	let i1 = null;
	const idxs = mode == 1 ? series[0].idxs : null;
	let data0 = null;
	let viaAutoScaleX = false;
	function setData(_data, _resetScales) {
		data = _data == null ? [] : _data;
		self.data = self._data = data;
		if (mode == 2) {
			dataLen = 0;
			for (let i = 1; i < series.length; i++) dataLen += data[i][0].length;
		} else {
			if (data.length == 0) self.data = self._data = data = [[]];
			data0 = data[0];
			dataLen = data0.length;
			let scaleData = data;
			if (xScaleDistr == 2) {
				scaleData = data.slice();
				let _data0 = scaleData[0] = Array(dataLen);
				for (let i = 0; i < dataLen; i++) _data0[i] = i;
			}
			self._data = data = scaleData;
		}
		resetYSeries(true);
		fire("setData");
		if (xScaleDistr == 2) shouldConvergeSize = true;
		if (_resetScales !== false) {
			let xsc = scaleX;
			if (xsc.auto(self, viaAutoScaleX)) autoScaleX();
			else _setScale(xScaleKey, xsc.min, xsc.max);
			shouldSetCursor = shouldSetCursor || cursor.left >= 0;
			shouldSetLegend = true;
			commit();
		}
	}
	self.setData = setData;
	function autoScaleX() {
		viaAutoScaleX = true;
		let _min, _max;
		if (mode == 1) {
			if (dataLen > 0) {
				i0 = idxs[0] = 0;
				i1 = idxs[1] = dataLen - 1;
				_min = data[0][i0];
				_max = data[0][i1];
				if (xScaleDistr == 2) {
					_min = i0;
					_max = i1;
				} else if (_min == _max) {
					if (xScaleDistr == 3) [_min, _max] = rangeLog(_min, _min, scaleX.log, false);
					else if (xScaleDistr == 4) [_min, _max] = rangeAsinh(_min, _min, scaleX.log, false);
					else if (scaleX.time) _max = _min + round(86400 / ms);
					else [_min, _max] = rangeNum(_min, _max, rangePad, true);
				}
			} else {
				i0 = idxs[0] = _min = null;
				i1 = idxs[1] = _max = null;
			}
		}
		_setScale(xScaleKey, _min, _max);
	}
	let ctxStroke, ctxFill, ctxWidth, ctxDash, ctxJoin, ctxCap, ctxFont, ctxAlign, ctxBaseline;
	let ctxAlpha;
	function setCtxStyle(stroke, width, dash, cap, fill, join) {
		stroke ??= transparent;
		dash ??= EMPTY_ARR;
		cap ??= "butt";
		fill ??= transparent;
		join ??= "round";
		if (stroke != ctxStroke) ctx.strokeStyle = ctxStroke = stroke;
		if (fill != ctxFill) ctx.fillStyle = ctxFill = fill;
		if (width != ctxWidth) ctx.lineWidth = ctxWidth = width;
		if (join != ctxJoin) ctx.lineJoin = ctxJoin = join;
		if (cap != ctxCap) ctx.lineCap = ctxCap = cap;
		if (dash != ctxDash) ctx.setLineDash(ctxDash = dash);
	}
	function setFontStyle(font, fill, align, baseline) {
		if (fill != ctxFill) ctx.fillStyle = ctxFill = fill;
		if (font != ctxFont) ctx.font = ctxFont = font;
		if (align != ctxAlign) ctx.textAlign = ctxAlign = align;
		if (baseline != ctxBaseline) ctx.textBaseline = ctxBaseline = baseline;
	}
	function accScale(wsc, psc, facet, data, sorted = 0) {
		if (data.length > 0 && wsc.auto(self, viaAutoScaleX) && (psc == null || psc.min == null)) {
			let _i0 = ifNull(i0, 0);
			let _i1 = ifNull(i1, data.length - 1);
			let minMax = facet.min == null ? getMinMax(data, _i0, _i1, sorted, wsc.distr == 3) : [facet.min, facet.max];
			wsc.min = min(wsc.min, facet.min = minMax[0]);
			wsc.max = max(wsc.max, facet.max = minMax[1]);
		}
	}
	const AUTOSCALE = {
		min: null,
		max: null
	};
	function setScales() {
		for (let k in scales) {
			let sc = scales[k];
			if (pendScales[k] == null && (sc.min == null || pendScales[xScaleKey] != null && sc.auto(self, viaAutoScaleX))) pendScales[k] = AUTOSCALE;
		}
		for (let k in scales) {
			let sc = scales[k];
			if (pendScales[k] == null && sc.from != null && pendScales[sc.from] != null) pendScales[k] = AUTOSCALE;
		}
		if (pendScales[xScaleKey] != null) resetYSeries(true);
		let wipScales = {};
		for (let k in pendScales) {
			let psc = pendScales[k];
			if (psc != null) {
				let wsc = wipScales[k] = copy(scales[k], fastIsObj);
				if (psc.min != null) assign(wsc, psc);
				else if (k != xScaleKey || mode == 2) {
					if (dataLen == 0 && wsc.from == null) {
						let minMax = wsc.range(self, null, null, k);
						wsc.min = minMax[0];
						wsc.max = minMax[1];
					} else {
						wsc.min = inf;
						wsc.max = -Infinity;
					}
				}
			}
		}
		if (dataLen > 0) {
			series.forEach((s, i) => {
				if (mode == 1) {
					let k = s.scale;
					let psc = pendScales[k];
					if (psc == null) return;
					let wsc = wipScales[k];
					if (i == 0) {
						let minMax = wsc.range(self, wsc.min, wsc.max, k);
						wsc.min = minMax[0];
						wsc.max = minMax[1];
						i0 = closestIdx(wsc.min, data[0]);
						i1 = closestIdx(wsc.max, data[0]);
						if (i1 - i0 > 1) {
							if (data[0][i0] < wsc.min) i0++;
							if (data[0][i1] > wsc.max) i1--;
						}
						s.min = data0[i0];
						s.max = data0[i1];
					} else if (s.show && s.auto) accScale(wsc, psc, s, data[i], s.sorted);
					s.idxs[0] = i0;
					s.idxs[1] = i1;
				} else if (i > 0) {
					if (s.show && s.auto) {
						let [xFacet, yFacet] = s.facets;
						let xScaleKey = xFacet.scale;
						let yScaleKey = yFacet.scale;
						let [xData, yData] = data[i];
						let wscx = wipScales[xScaleKey];
						let wscy = wipScales[yScaleKey];
						wscx != null && accScale(wscx, pendScales[xScaleKey], xFacet, xData, xFacet.sorted);
						wscy != null && accScale(wscy, pendScales[yScaleKey], yFacet, yData, yFacet.sorted);
						s.min = yFacet.min;
						s.max = yFacet.max;
					}
				}
			});
			for (let k in wipScales) {
				let wsc = wipScales[k];
				let psc = pendScales[k];
				if (wsc.from == null && (psc == null || psc.min == null)) {
					let minMax = wsc.range(self, wsc.min == inf ? null : wsc.min, wsc.max == -Infinity ? null : wsc.max, k);
					wsc.min = minMax[0];
					wsc.max = minMax[1];
				}
			}
		}
		for (let k in wipScales) {
			let wsc = wipScales[k];
			if (wsc.from != null) {
				let base = wipScales[wsc.from];
				if (base.min == null) wsc.min = wsc.max = null;
				else {
					let minMax = wsc.range(self, base.min, base.max, k);
					wsc.min = minMax[0];
					wsc.max = minMax[1];
				}
			}
		}
		let changed = {};
		let anyChanged = false;
		for (let k in wipScales) {
			let wsc = wipScales[k];
			let sc = scales[k];
			if (sc.min != wsc.min || sc.max != wsc.max) {
				sc.min = wsc.min;
				sc.max = wsc.max;
				let distr = sc.distr;
				sc._min = distr == 3 ? log10(sc.min) : distr == 4 ? asinh(sc.min, sc.asinh) : distr == 100 ? sc.fwd(sc.min) : sc.min;
				sc._max = distr == 3 ? log10(sc.max) : distr == 4 ? asinh(sc.max, sc.asinh) : distr == 100 ? sc.fwd(sc.max) : sc.max;
				changed[k] = anyChanged = true;
			}
		}
		if (anyChanged) {
			series.forEach((s, i) => {
				if (mode == 2) {
					if (i > 0 && changed.y) s._paths = null;
				} else if (changed[s.scale]) s._paths = null;
			});
			for (let k in changed) {
				shouldConvergeSize = true;
				fire("setScale", k);
			}
			if (showCursor && cursor.left >= 0) shouldSetCursor = shouldSetLegend = true;
		}
		for (let k in pendScales) pendScales[k] = null;
	}
	function getOuterIdxs(ydata) {
		let _i0 = clamp(i0 - 1, 0, dataLen - 1);
		let _i1 = clamp(i1 + 1, 0, dataLen - 1);
		while (ydata[_i0] == null && _i0 > 0) _i0--;
		while (ydata[_i1] == null && _i1 < dataLen - 1) _i1++;
		return [_i0, _i1];
	}
	function drawSeries() {
		if (dataLen > 0) {
			let shouldAlpha = series.some((s) => s._focus) && ctxAlpha != focus.alpha;
			if (shouldAlpha) ctx.globalAlpha = ctxAlpha = focus.alpha;
			series.forEach((s, i) => {
				if (i > 0 && s.show) {
					cacheStrokeFill(i, false);
					cacheStrokeFill(i, true);
					if (s._paths == null) {
						let _ctxAlpha = ctxAlpha;
						if (ctxAlpha != s.alpha) ctx.globalAlpha = ctxAlpha = s.alpha;
						let _idxs = mode == 2 ? [0, data[i][0].length - 1] : getOuterIdxs(data[i]);
						s._paths = s.paths(self, i, _idxs[0], _idxs[1]);
						if (ctxAlpha != _ctxAlpha) ctx.globalAlpha = ctxAlpha = _ctxAlpha;
					}
				}
			});
			series.forEach((s, i) => {
				if (i > 0 && s.show) {
					let _ctxAlpha = ctxAlpha;
					if (ctxAlpha != s.alpha) ctx.globalAlpha = ctxAlpha = s.alpha;
					s._paths != null && drawPath(i, false);
					{
						let _gaps = s._paths != null ? s._paths.gaps : null;
						let show = s.points.show(self, i, i0, i1, _gaps);
						let idxs = s.points.filter(self, i, show, _gaps);
						if (show || idxs) {
							s.points._paths = s.points.paths(self, i, i0, i1, idxs);
							drawPath(i, true);
						}
					}
					if (ctxAlpha != _ctxAlpha) ctx.globalAlpha = ctxAlpha = _ctxAlpha;
					fire("drawSeries", i);
				}
			});
			if (shouldAlpha) ctx.globalAlpha = ctxAlpha = 1;
		}
	}
	function cacheStrokeFill(si, _points) {
		let s = _points ? series[si].points : series[si];
		s._stroke = s.stroke(self, si);
		s._fill = s.fill(self, si);
	}
	function drawPath(si, _points) {
		let s = _points ? series[si].points : series[si];
		let { stroke, fill, clip: gapsClip, flags, _stroke: strokeStyle = s._stroke, _fill: fillStyle = s._fill, _width: width = s.width } = s._paths;
		width = roundDec(width * pxRatio, 3);
		let boundsClip = null;
		let offset = width % 2 / 2;
		if (_points && fillStyle == null) fillStyle = width > 0 ? "#fff" : strokeStyle;
		let _pxAlign = s.pxAlign == 1 && offset > 0;
		_pxAlign && ctx.translate(offset, offset);
		if (!_points) {
			let lft = plotLft - width / 2, top = plotTop - width / 2, wid = plotWid + width, hgt = plotHgt + width;
			boundsClip = new Path2D();
			boundsClip.rect(lft, top, wid, hgt);
		}
		if (_points) strokeFill(strokeStyle, width, s.dash, s.cap, fillStyle, stroke, fill, flags, gapsClip);
		else fillStroke(si, strokeStyle, width, s.dash, s.cap, fillStyle, stroke, fill, flags, boundsClip, gapsClip);
		_pxAlign && ctx.translate(-offset, -offset);
	}
	function fillStroke(si, strokeStyle, lineWidth, lineDash, lineCap, fillStyle, strokePath, fillPath, flags, boundsClip, gapsClip) {
		let didStrokeFill = false;
		flags != 0 && bands.forEach((b, bi) => {
			if (b.series[0] == si) {
				let lowerEdge = series[b.series[1]];
				let lowerData = data[b.series[1]];
				let bandClip = (lowerEdge._paths || EMPTY_OBJ).band;
				if (isArr(bandClip)) bandClip = b.dir == 1 ? bandClip[0] : bandClip[1];
				let gapsClip2;
				let _fillStyle = null;
				if (lowerEdge.show && bandClip && hasData(lowerData, i0, i1)) {
					_fillStyle = b.fill(self, bi) || fillStyle;
					gapsClip2 = lowerEdge._paths.clip;
				} else bandClip = null;
				strokeFill(strokeStyle, lineWidth, lineDash, lineCap, _fillStyle, strokePath, fillPath, flags, boundsClip, gapsClip, gapsClip2, bandClip);
				didStrokeFill = true;
			}
		});
		if (!didStrokeFill) strokeFill(strokeStyle, lineWidth, lineDash, lineCap, fillStyle, strokePath, fillPath, flags, boundsClip, gapsClip);
	}
	const CLIP_FILL_STROKE = 3;
	function strokeFill(strokeStyle, lineWidth, lineDash, lineCap, fillStyle, strokePath, fillPath, flags, boundsClip, gapsClip, gapsClip2, bandClip) {
		setCtxStyle(strokeStyle, lineWidth, lineDash, lineCap, fillStyle);
		if (boundsClip || gapsClip || bandClip) {
			ctx.save();
			boundsClip && ctx.clip(boundsClip);
			gapsClip && ctx.clip(gapsClip);
		}
		if (bandClip) {
			if ((flags & CLIP_FILL_STROKE) == CLIP_FILL_STROKE) {
				ctx.clip(bandClip);
				gapsClip2 && ctx.clip(gapsClip2);
				doFill(fillStyle, fillPath);
				doStroke(strokeStyle, strokePath, lineWidth);
			} else if (flags & BAND_CLIP_STROKE) {
				doFill(fillStyle, fillPath);
				ctx.clip(bandClip);
				doStroke(strokeStyle, strokePath, lineWidth);
			} else if (flags & BAND_CLIP_FILL) {
				ctx.save();
				ctx.clip(bandClip);
				gapsClip2 && ctx.clip(gapsClip2);
				doFill(fillStyle, fillPath);
				ctx.restore();
				doStroke(strokeStyle, strokePath, lineWidth);
			}
		} else {
			doFill(fillStyle, fillPath);
			doStroke(strokeStyle, strokePath, lineWidth);
		}
		if (boundsClip || gapsClip || bandClip) ctx.restore();
	}
	function doStroke(strokeStyle, strokePath, lineWidth) {
		if (lineWidth > 0) {
			if (strokePath instanceof Map) strokePath.forEach((strokePath, strokeStyle) => {
				ctx.strokeStyle = ctxStroke = strokeStyle;
				ctx.stroke(strokePath);
			});
			else strokePath != null && strokeStyle && ctx.stroke(strokePath);
		}
	}
	function doFill(fillStyle, fillPath) {
		if (fillPath instanceof Map) fillPath.forEach((fillPath, fillStyle) => {
			ctx.fillStyle = ctxFill = fillStyle;
			ctx.fill(fillPath);
		});
		else fillPath != null && fillStyle && ctx.fill(fillPath);
	}
	function getIncrSpace(axisIdx, min, max, fullDim) {
		let axis = axes[axisIdx];
		let incrSpace;
		if (fullDim <= 0) incrSpace = [0, 0];
		else {
			let minSpace = axis._space = axis.space(self, axisIdx, min, max, fullDim);
			incrSpace = findIncr(min, max, axis._incrs = axis.incrs(self, axisIdx, min, max, fullDim, minSpace), fullDim, minSpace);
		}
		return axis._found = incrSpace;
	}
	function drawOrthoLines(offs, filts, ori, side, pos0, len, width, stroke, dash, cap) {
		let offset = width % 2 / 2;
		pxAlign == 1 && ctx.translate(offset, offset);
		setCtxStyle(stroke, width, dash, cap, stroke);
		ctx.beginPath();
		let x0, y0, x1, y1, pos1 = pos0 + (side == 0 || side == 3 ? -len : len);
		if (ori == 0) {
			y0 = pos0;
			y1 = pos1;
		} else {
			x0 = pos0;
			x1 = pos1;
		}
		for (let i = 0; i < offs.length; i++) if (filts[i] != null) {
			if (ori == 0) x0 = x1 = offs[i];
			else y0 = y1 = offs[i];
			ctx.moveTo(x0, y0);
			ctx.lineTo(x1, y1);
		}
		ctx.stroke();
		pxAlign == 1 && ctx.translate(-offset, -offset);
	}
	function axesCalc(cycleNum) {
		let converged = true;
		axes.forEach((axis, i) => {
			if (!axis.show) return;
			let scale = scales[axis.scale];
			if (scale.min == null) {
				if (axis._show) {
					converged = false;
					axis._show = false;
					resetYSeries(false);
				}
				return;
			} else if (!axis._show) {
				converged = false;
				axis._show = true;
				resetYSeries(false);
			}
			let side = axis.side;
			let ori = side % 2;
			let { min, max } = scale;
			let [_incr, _space] = getIncrSpace(i, min, max, ori == 0 ? plotWidCss : plotHgtCss);
			if (_space == 0) return;
			let forceMin = scale.distr == 2;
			let _splits = axis._splits = axis.splits(self, i, min, max, _incr, _space, forceMin);
			let splits = scale.distr == 2 ? _splits.map((i) => data0[i]) : _splits;
			let incr = scale.distr == 2 ? data0[_splits[1]] - data0[_splits[0]] : _incr;
			let values = axis._values = axis.values(self, axis.filter(self, splits, i, _space, incr), i, _space, incr);
			axis._rotate = side == 2 ? axis.rotate(self, values, i, _space) : 0;
			let oldSize = axis._size;
			axis._size = ceil(axis.size(self, values, i, cycleNum));
			if (oldSize != null && axis._size != oldSize) converged = false;
		});
		return converged;
	}
	function paddingCalc(cycleNum) {
		let converged = true;
		padding.forEach((p, i) => {
			let _p = p(self, i, sidesWithAxes, cycleNum);
			if (_p != _padding[i]) converged = false;
			_padding[i] = _p;
		});
		return converged;
	}
	function drawAxesGrid() {
		for (let i = 0; i < axes.length; i++) {
			let axis = axes[i];
			if (!axis.show || !axis._show) continue;
			let side = axis.side;
			let ori = side % 2;
			let x, y;
			let fillStyle = axis.stroke(self, i);
			let shiftDir = side == 0 || side == 3 ? -1 : 1;
			let [_incr, _space] = axis._found;
			if (axis.label != null) {
				let shiftAmt = axis.labelGap * shiftDir;
				let baseLpos = round((axis._lpos + shiftAmt) * pxRatio);
				setFontStyle(axis.labelFont[0], fillStyle, "center", side == 2 ? TOP : BOTTOM$1);
				ctx.save();
				if (ori == 1) {
					x = y = 0;
					ctx.translate(baseLpos, round(plotTop + plotHgt / 2));
					ctx.rotate((side == 3 ? -PI : PI) / 2);
				} else {
					x = round(plotLft + plotWid / 2);
					y = baseLpos;
				}
				let _label = isFn(axis.label) ? axis.label(self, i, _incr, _space) : axis.label;
				ctx.fillText(_label, x, y);
				ctx.restore();
			}
			if (_space == 0) continue;
			let scale = scales[axis.scale];
			let plotDim = ori == 0 ? plotWid : plotHgt;
			let plotOff = ori == 0 ? plotLft : plotTop;
			let _splits = axis._splits;
			let splits = scale.distr == 2 ? _splits.map((i) => data0[i]) : _splits;
			let incr = scale.distr == 2 ? data0[_splits[1]] - data0[_splits[0]] : _incr;
			let ticks = axis.ticks;
			let border = axis.border;
			let _tickSize = ticks.show ? ticks.size : 0;
			let tickSize = round(_tickSize * pxRatio);
			let axisGap = round((axis.alignTo == 2 ? axis._size - _tickSize - axis.gap : axis.gap) * pxRatio);
			let angle = axis._rotate * -PI / 180;
			let basePos = pxRound(axis._pos * pxRatio);
			let finalPos = basePos + (tickSize + axisGap) * shiftDir;
			y = ori == 0 ? finalPos : 0;
			x = ori == 1 ? finalPos : 0;
			let font = axis.font[0];
			setFontStyle(font, fillStyle, axis.align == 1 ? LEFT : axis.align == 2 ? RIGHT : angle > 0 ? LEFT : angle < 0 ? RIGHT : ori == 0 ? "center" : side == 3 ? RIGHT : LEFT, angle || ori == 1 ? "middle" : side == 2 ? TOP : BOTTOM$1);
			let lineHeight = axis.font[1] * axis.lineGap;
			let canOffs = _splits.map((val) => pxRound(getPos(val, scale, plotDim, plotOff)));
			let _values = axis._values;
			for (let i = 0; i < _values.length; i++) {
				let val = _values[i];
				if (val != null) {
					if (ori == 0) x = canOffs[i];
					else y = canOffs[i];
					val = "" + val;
					let _parts = val.indexOf("\n") == -1 ? [val] : val.split(/\n/gm);
					for (let j = 0; j < _parts.length; j++) {
						let text = _parts[j];
						if (angle) {
							ctx.save();
							ctx.translate(x, y + j * lineHeight);
							ctx.rotate(angle);
							ctx.fillText(text, 0, 0);
							ctx.restore();
						} else ctx.fillText(text, x, y + j * lineHeight);
					}
				}
			}
			if (ticks.show) drawOrthoLines(canOffs, ticks.filter(self, splits, i, _space, incr), ori, side, basePos, tickSize, roundDec(ticks.width * pxRatio, 3), ticks.stroke(self, i), ticks.dash, ticks.cap);
			let grid = axis.grid;
			if (grid.show) drawOrthoLines(canOffs, grid.filter(self, splits, i, _space, incr), ori, ori == 0 ? 2 : 1, ori == 0 ? plotTop : plotLft, ori == 0 ? plotHgt : plotWid, roundDec(grid.width * pxRatio, 3), grid.stroke(self, i), grid.dash, grid.cap);
			if (border.show) drawOrthoLines([basePos], [1], ori == 0 ? 1 : 0, ori == 0 ? 1 : 2, ori == 1 ? plotTop : plotLft, ori == 1 ? plotHgt : plotWid, roundDec(border.width * pxRatio, 3), border.stroke(self, i), border.dash, border.cap);
		}
		fire("drawAxes");
	}
	function resetYSeries(minMax) {
		series.forEach((s, i) => {
			if (i > 0) {
				s._paths = null;
				if (minMax) {
					if (mode == 1) {
						s.min = null;
						s.max = null;
					} else s.facets.forEach((f) => {
						f.min = null;
						f.max = null;
					});
				}
			}
		});
	}
	let queuedCommit = false;
	let deferHooks = false;
	let hooksQueue = [];
	function flushHooks() {
		deferHooks = false;
		for (let i = 0; i < hooksQueue.length; i++) fire(...hooksQueue[i]);
		hooksQueue.length = 0;
	}
	function commit() {
		if (!queuedCommit) {
			microTask(_commit);
			queuedCommit = true;
		}
	}
	function batch(fn, _deferHooks = false) {
		queuedCommit = true;
		deferHooks = _deferHooks;
		fn(self);
		_commit();
		if (_deferHooks && hooksQueue.length > 0) queueMicrotask(flushHooks);
	}
	self.batch = batch;
	function _commit() {
		if (shouldSetScales) {
			setScales();
			shouldSetScales = false;
		}
		if (shouldConvergeSize) {
			convergeSize();
			shouldConvergeSize = false;
		}
		if (shouldSetSize) {
			setStylePx(under, LEFT, plotLftCss);
			setStylePx(under, TOP, plotTopCss);
			setStylePx(under, WIDTH$1, plotWidCss);
			setStylePx(under, HEIGHT$3, plotHgtCss);
			setStylePx(over, LEFT, plotLftCss);
			setStylePx(over, TOP, plotTopCss);
			setStylePx(over, WIDTH$1, plotWidCss);
			setStylePx(over, HEIGHT$3, plotHgtCss);
			setStylePx(wrap, WIDTH$1, fullWidCss);
			setStylePx(wrap, HEIGHT$3, fullHgtCss);
			can.width = round(fullWidCss * pxRatio);
			can.height = round(fullHgtCss * pxRatio);
			axes.forEach(({ _el, _show, _size, _pos, side }) => {
				if (_el != null) {
					if (_show) {
						let posOffset = side === 3 || side === 0 ? _size : 0;
						let isVt = side % 2 == 1;
						setStylePx(_el, isVt ? "left" : "top", _pos - posOffset);
						setStylePx(_el, isVt ? "width" : "height", _size);
						setStylePx(_el, isVt ? "top" : "left", isVt ? plotTopCss : plotLftCss);
						setStylePx(_el, isVt ? "height" : "width", isVt ? plotHgtCss : plotWidCss);
						remClass(_el, OFF);
					} else addClass(_el, OFF);
				}
			});
			ctxStroke = ctxFill = ctxWidth = ctxJoin = ctxCap = ctxFont = ctxAlign = ctxBaseline = ctxDash = null;
			ctxAlpha = 1;
			syncRect(true);
			if (plotLftCss != _plotLftCss || plotTopCss != _plotTopCss || plotWidCss != _plotWidCss || plotHgtCss != _plotHgtCss) {
				resetYSeries(false);
				let pctWid = plotWidCss / _plotWidCss;
				let pctHgt = plotHgtCss / _plotHgtCss;
				if (showCursor && !shouldSetCursor && cursor.left >= 0) {
					cursor.left *= pctWid;
					cursor.top *= pctHgt;
					vCursor && elTrans(vCursor, round(cursor.left), 0, plotWidCss, plotHgtCss);
					hCursor && elTrans(hCursor, 0, round(cursor.top), plotWidCss, plotHgtCss);
					for (let i = 0; i < cursorPts.length; i++) {
						let pt = cursorPts[i];
						if (pt != null) {
							cursorPtsLft[i] *= pctWid;
							cursorPtsTop[i] *= pctHgt;
							elTrans(pt, ceil(cursorPtsLft[i]), ceil(cursorPtsTop[i]), plotWidCss, plotHgtCss);
						}
					}
				}
				if (select.show && !shouldSetSelect && select.left >= 0 && select.width > 0) {
					select.left *= pctWid;
					select.width *= pctWid;
					select.top *= pctHgt;
					select.height *= pctHgt;
					for (let prop in _hideProps) setStylePx(selectDiv, prop, select[prop]);
				}
				_plotLftCss = plotLftCss;
				_plotTopCss = plotTopCss;
				_plotWidCss = plotWidCss;
				_plotHgtCss = plotHgtCss;
			}
			fire("setSize");
			shouldSetSize = false;
		}
		if (fullWidCss > 0 && fullHgtCss > 0) {
			ctx.clearRect(0, 0, can.width, can.height);
			fire("drawClear");
			drawOrder.forEach((fn) => fn());
			fire("draw");
		}
		if (select.show && shouldSetSelect) {
			setSelect(select);
			shouldSetSelect = false;
		}
		if (showCursor && shouldSetCursor) {
			updateCursor(null, true, false);
			shouldSetCursor = false;
		}
		if (legend.show && legend.live && shouldSetLegend) {
			setLegend();
			shouldSetLegend = false;
		}
		if (!ready) {
			ready = true;
			self.status = 1;
			fire("ready");
		}
		viaAutoScaleX = false;
		queuedCommit = false;
	}
	self.redraw = (rebuildPaths, recalcAxes) => {
		shouldConvergeSize = recalcAxes || false;
		if (rebuildPaths !== false) _setScale(xScaleKey, scaleX.min, scaleX.max);
		else commit();
	};
	function setScale(key, opts) {
		let sc = scales[key];
		if (sc.from == null) {
			if (dataLen == 0) {
				let minMax = sc.range(self, opts.min, opts.max, key);
				opts.min = minMax[0];
				opts.max = minMax[1];
			}
			if (opts.min > opts.max) {
				let _min = opts.min;
				opts.min = opts.max;
				opts.max = _min;
			}
			if (dataLen > 1 && opts.min != null && opts.max != null && opts.max - opts.min < 1e-16) return;
			if (key == xScaleKey) {
				if (sc.distr == 2 && dataLen > 0) {
					opts.min = closestIdx(opts.min, data[0]);
					opts.max = closestIdx(opts.max, data[0]);
					if (opts.min == opts.max) opts.max++;
				}
			}
			pendScales[key] = opts;
			shouldSetScales = true;
			commit();
		}
	}
	self.setScale = setScale;
	let xCursor;
	let yCursor;
	let vCursor;
	let hCursor;
	let rawMouseLeft0;
	let rawMouseTop0;
	let mouseLeft0;
	let mouseTop0;
	let rawMouseLeft1;
	let rawMouseTop1;
	let mouseLeft1;
	let mouseTop1;
	let dragging = false;
	const drag = cursor.drag;
	let dragX = drag.x;
	let dragY = drag.y;
	if (showCursor) {
		if (cursor.x) xCursor = placeDiv(CURSOR_X, over);
		if (cursor.y) yCursor = placeDiv(CURSOR_Y, over);
		if (scaleX.ori == 0) {
			vCursor = xCursor;
			hCursor = yCursor;
		} else {
			vCursor = yCursor;
			hCursor = xCursor;
		}
		mouseLeft1 = cursor.left;
		mouseTop1 = cursor.top;
	}
	const select = self.select = assign({
		show: true,
		over: true,
		left: 0,
		width: 0,
		top: 0,
		height: 0
	}, opts.select);
	const selectDiv = select.show ? placeDiv(SELECT, select.over ? over : under) : null;
	function setSelect(opts, _fire) {
		if (select.show) {
			for (let prop in opts) {
				select[prop] = opts[prop];
				if (prop in _hideProps) setStylePx(selectDiv, prop, opts[prop]);
			}
			_fire !== false && fire("setSelect");
		}
	}
	self.setSelect = setSelect;
	function toggleDOM(i) {
		if (series[i].show) showLegend && remClass(legendRows[i], OFF);
		else {
			showLegend && addClass(legendRows[i], OFF);
			if (showCursor) {
				let pt = cursorOnePt ? cursorPts[0] : cursorPts[i];
				pt != null && elTrans(pt, -10, -10, plotWidCss, plotHgtCss);
			}
		}
	}
	function _setScale(key, min, max) {
		setScale(key, {
			min,
			max
		});
	}
	function setSeries(i, opts, _fire, _pub) {
		if (opts.focus != null) setFocus(i);
		if (opts.show != null) series.forEach((s, si) => {
			if (si > 0 && (i == si || i == null)) {
				s.show = opts.show;
				toggleDOM(si);
				if (mode == 2) {
					_setScale(s.facets[0].scale, null, null);
					_setScale(s.facets[1].scale, null, null);
				} else _setScale(s.scale, null, null);
				commit();
			}
		});
		_fire !== false && fire("setSeries", i, opts);
		_pub && pubSync("setSeries", self, i, opts);
	}
	self.setSeries = setSeries;
	function setBand(bi, opts) {
		assign(bands[bi], opts);
	}
	function addBand(opts, bi) {
		opts.fill = fnOrSelf(opts.fill || null);
		opts.dir = ifNull(opts.dir, -1);
		bi = bi == null ? bands.length : bi;
		bands.splice(bi, 0, opts);
	}
	function delBand(bi) {
		if (bi == null) bands.length = 0;
		else bands.splice(bi, 1);
	}
	self.addBand = addBand;
	self.setBand = setBand;
	self.delBand = delBand;
	function setAlpha(i, value) {
		series[i].alpha = value;
		if (showCursor && cursorPts[i] != null) cursorPts[i].style.opacity = value;
		if (showLegend && legendRows[i]) legendRows[i].style.opacity = value;
	}
	let closestDist;
	let closestSeries;
	let focusedSeries;
	const FOCUS_TRUE = { focus: true };
	function setFocus(i) {
		if (i != focusedSeries) {
			let allFocused = i == null;
			let _setAlpha = focus.alpha != 1;
			series.forEach((s, i2) => {
				if (mode == 1 || i2 > 0) {
					let isFocused = allFocused || i2 == 0 || i2 == i;
					s._focus = allFocused ? null : isFocused;
					_setAlpha && setAlpha(i2, isFocused ? 1 : focus.alpha);
				}
			});
			focusedSeries = i;
			_setAlpha && commit();
		}
	}
	if (showLegend && cursorFocus) onMouse(mouseleave, legendTable, (e) => {
		if (cursor._lock) return;
		setCursorEvent(e);
		if (focusedSeries != null) setSeries(null, FOCUS_TRUE, true, syncOpts.setSeries);
	});
	function posToVal(pos, scale, can) {
		let sc = scales[scale];
		if (can) pos = pos / pxRatio - (sc.ori == 1 ? plotTopCss : plotLftCss);
		let dim = plotWidCss;
		if (sc.ori == 1) {
			dim = plotHgtCss;
			pos = dim - pos;
		}
		if (sc.dir == -1) pos = dim - pos;
		let _min = sc._min, _max = sc._max, pct = pos / dim;
		let sv = _min + (_max - _min) * pct;
		let distr = sc.distr;
		return distr == 3 ? pow(10, sv) : distr == 4 ? sinh(sv, sc.asinh) : distr == 100 ? sc.bwd(sv) : sv;
	}
	function closestIdxFromXpos(pos, can) {
		return closestIdx(posToVal(pos, xScaleKey, can), data[0], i0, i1);
	}
	self.valToIdx = (val) => closestIdx(val, data[0]);
	self.posToIdx = closestIdxFromXpos;
	self.posToVal = posToVal;
	self.valToPos = (val, scale, can) => scales[scale].ori == 0 ? getHPos(val, scales[scale], can ? plotWid : plotWidCss, can ? plotLft : 0) : getVPos(val, scales[scale], can ? plotHgt : plotHgtCss, can ? plotTop : 0);
	self.setCursor = (opts, _fire, _pub) => {
		mouseLeft1 = opts.left;
		mouseTop1 = opts.top;
		updateCursor(null, _fire, _pub);
	};
	function setSelH(off, dim) {
		setStylePx(selectDiv, LEFT, select.left = off);
		setStylePx(selectDiv, WIDTH$1, select.width = dim);
	}
	function setSelV(off, dim) {
		setStylePx(selectDiv, TOP, select.top = off);
		setStylePx(selectDiv, HEIGHT$3, select.height = dim);
	}
	let setSelX = scaleX.ori == 0 ? setSelH : setSelV;
	let setSelY = scaleX.ori == 1 ? setSelH : setSelV;
	function syncLegend() {
		if (showLegend && legend.live) for (let i = mode == 2 ? 1 : 0; i < series.length; i++) {
			if (i == 0 && multiValLegend) continue;
			let vals = legend.values[i];
			let j = 0;
			for (let k in vals) legendCells[i][j++].firstChild.nodeValue = vals[k];
		}
	}
	function setLegend(opts, _fire) {
		if (opts != null) {
			if (opts.idxs) opts.idxs.forEach((didx, sidx) => {
				activeIdxs[sidx] = didx;
			});
			else if (!isUndef(opts.idx)) activeIdxs.fill(opts.idx);
			legend.idx = activeIdxs[0];
		}
		if (showLegend && legend.live) {
			for (let sidx = 0; sidx < series.length; sidx++) if (sidx > 0 || mode == 1 && !multiValLegend) setLegendValues(sidx, activeIdxs[sidx]);
			syncLegend();
		}
		shouldSetLegend = false;
		_fire !== false && fire("setLegend");
	}
	self.setLegend = setLegend;
	function setLegendValues(sidx, idx) {
		let s = series[sidx];
		let src = sidx == 0 && xScaleDistr == 2 ? data0 : data[sidx];
		let val;
		if (multiValLegend) val = s.values(self, sidx, idx) ?? NULL_LEGEND_VALUES;
		else {
			val = s.value(self, idx == null ? null : src[idx], sidx, idx);
			val = val == null ? NULL_LEGEND_VALUES : { _: val };
		}
		legend.values[sidx] = val;
	}
	function updateCursor(src, _fire, _pub) {
		rawMouseLeft1 = mouseLeft1;
		rawMouseTop1 = mouseTop1;
		[mouseLeft1, mouseTop1] = cursor.move(self, mouseLeft1, mouseTop1);
		cursor.left = mouseLeft1;
		cursor.top = mouseTop1;
		if (showCursor) {
			vCursor && elTrans(vCursor, round(mouseLeft1), 0, plotWidCss, plotHgtCss);
			hCursor && elTrans(hCursor, 0, round(mouseTop1), plotWidCss, plotHgtCss);
		}
		let idx;
		let noDataInRange = i0 > i1;
		closestDist = inf;
		closestSeries = null;
		let xDim = scaleX.ori == 0 ? plotWidCss : plotHgtCss;
		let yDim = scaleX.ori == 1 ? plotWidCss : plotHgtCss;
		if (mouseLeft1 < 0 || dataLen == 0 || noDataInRange) {
			idx = cursor.idx = null;
			for (let i = 0; i < series.length; i++) {
				let pt = cursorPts[i];
				pt != null && elTrans(pt, -10, -10, plotWidCss, plotHgtCss);
			}
			if (cursorFocus) setSeries(null, FOCUS_TRUE, true, src == null && syncOpts.setSeries);
			if (legend.live) {
				activeIdxs.fill(idx);
				shouldSetLegend = true;
			}
		} else {
			let mouseXPos, valAtPosX, xPos;
			if (mode == 1) {
				mouseXPos = scaleX.ori == 0 ? mouseLeft1 : mouseTop1;
				valAtPosX = posToVal(mouseXPos, xScaleKey);
				idx = cursor.idx = closestIdx(valAtPosX, data[0], i0, i1);
				xPos = valToPosX(data[0][idx], scaleX, xDim, 0);
			}
			let _ptLft = -10;
			let _ptTop = -10;
			let _ptWid = 0;
			let _ptHgt = 0;
			let _centered = true;
			let _ptFill = "";
			let _ptStroke = "";
			for (let i = mode == 2 ? 1 : 0; i < series.length; i++) {
				let s = series[i];
				let idx1 = activeIdxs[i];
				let yVal1 = idx1 == null ? null : mode == 1 ? data[i][idx1] : data[i][1][idx1];
				let idx2 = cursor.dataIdx(self, i, idx, valAtPosX);
				let yVal2 = idx2 == null ? null : mode == 1 ? data[i][idx2] : data[i][1][idx2];
				shouldSetLegend = shouldSetLegend || yVal2 != yVal1 || idx2 != idx1;
				activeIdxs[i] = idx2;
				if (i > 0 && s.show) {
					let xPos2 = idx2 == null ? -10 : idx2 == idx ? xPos : valToPosX(mode == 1 ? data[0][idx2] : data[i][0][idx2], scaleX, xDim, 0);
					let yPos = yVal2 == null ? -10 : valToPosY(yVal2, mode == 1 ? scales[s.scale] : scales[s.facets[1].scale], yDim, 0);
					if (cursorFocus && yVal2 != null) {
						let mouseYPos = scaleX.ori == 1 ? mouseLeft1 : mouseTop1;
						let dist = abs(focus.dist(self, i, idx2, yPos, mouseYPos));
						if (dist < closestDist) {
							let bias = focus.bias;
							if (bias != 0) {
								let mouseYVal = posToVal(mouseYPos, s.scale);
								let seriesYValSign = yVal2 >= 0 ? 1 : -1;
								let mouseYValSign = mouseYVal >= 0 ? 1 : -1;
								if (mouseYValSign == seriesYValSign && (mouseYValSign == 1 ? bias == 1 ? yVal2 >= mouseYVal : yVal2 <= mouseYVal : bias == 1 ? yVal2 <= mouseYVal : yVal2 >= mouseYVal)) {
									closestDist = dist;
									closestSeries = i;
								}
							} else {
								closestDist = dist;
								closestSeries = i;
							}
						}
					}
					if (shouldSetLegend || cursorOnePt) {
						let hPos, vPos;
						if (scaleX.ori == 0) {
							hPos = xPos2;
							vPos = yPos;
						} else {
							hPos = yPos;
							vPos = xPos2;
						}
						let ptWid, ptHgt, ptLft, ptTop, ptStroke, ptFill, centered = true, getBBox = points.bbox;
						if (getBBox != null) {
							centered = false;
							let bbox = getBBox(self, i);
							ptLft = bbox.left;
							ptTop = bbox.top;
							ptWid = bbox.width;
							ptHgt = bbox.height;
						} else {
							ptLft = hPos;
							ptTop = vPos;
							ptWid = ptHgt = points.size(self, i);
						}
						ptFill = points.fill(self, i);
						ptStroke = points.stroke(self, i);
						if (cursorOnePt) {
							if (i == closestSeries && closestDist <= focus.prox) {
								_ptLft = ptLft;
								_ptTop = ptTop;
								_ptWid = ptWid;
								_ptHgt = ptHgt;
								_centered = centered;
								_ptFill = ptFill;
								_ptStroke = ptStroke;
							}
						} else {
							let pt = cursorPts[i];
							if (pt != null) {
								cursorPtsLft[i] = ptLft;
								cursorPtsTop[i] = ptTop;
								elSize(pt, ptWid, ptHgt, centered);
								elColor(pt, ptFill, ptStroke);
								elTrans(pt, ceil(ptLft), ceil(ptTop), plotWidCss, plotHgtCss);
							}
						}
					}
				}
			}
			if (cursorOnePt) {
				let p = focus.prox;
				if (shouldSetLegend || (focusedSeries == null ? closestDist <= p : closestDist > p || closestSeries != focusedSeries)) {
					let pt = cursorPts[0];
					if (pt != null) {
						cursorPtsLft[0] = _ptLft;
						cursorPtsTop[0] = _ptTop;
						elSize(pt, _ptWid, _ptHgt, _centered);
						elColor(pt, _ptFill, _ptStroke);
						elTrans(pt, ceil(_ptLft), ceil(_ptTop), plotWidCss, plotHgtCss);
					}
				}
			}
		}
		if (select.show && dragging) {
			if (src != null) {
				let [xKey, yKey] = syncOpts.scales;
				let [matchXKeys, matchYKeys] = syncOpts.match;
				let [xKeySrc, yKeySrc] = src.cursor.sync.scales;
				let sdrag = src.cursor.drag;
				dragX = sdrag._x;
				dragY = sdrag._y;
				if (dragX || dragY) {
					let { left, top, width, height } = src.select;
					let sori = src.scales[xKeySrc].ori;
					let sPosToVal = src.posToVal;
					let sOff, sDim, sc, a, b;
					let matchingX = xKey != null && matchXKeys(xKey, xKeySrc);
					let matchingY = yKey != null && matchYKeys(yKey, yKeySrc);
					if (matchingX && dragX) {
						if (sori == 0) {
							sOff = left;
							sDim = width;
						} else {
							sOff = top;
							sDim = height;
						}
						sc = scales[xKey];
						a = valToPosX(sPosToVal(sOff, xKeySrc), sc, xDim, 0);
						b = valToPosX(sPosToVal(sOff + sDim, xKeySrc), sc, xDim, 0);
						setSelX(min(a, b), abs(b - a));
					} else setSelX(0, xDim);
					if (matchingY && dragY) {
						if (sori == 1) {
							sOff = left;
							sDim = width;
						} else {
							sOff = top;
							sDim = height;
						}
						sc = scales[yKey];
						a = valToPosY(sPosToVal(sOff, yKeySrc), sc, yDim, 0);
						b = valToPosY(sPosToVal(sOff + sDim, yKeySrc), sc, yDim, 0);
						setSelY(min(a, b), abs(b - a));
					} else setSelY(0, yDim);
				} else hideSelect();
			} else {
				let rawDX = abs(rawMouseLeft1 - rawMouseLeft0);
				let rawDY = abs(rawMouseTop1 - rawMouseTop0);
				if (scaleX.ori == 1) {
					let _rawDX = rawDX;
					rawDX = rawDY;
					rawDY = _rawDX;
				}
				dragX = drag.x && rawDX >= drag.dist;
				dragY = drag.y && rawDY >= drag.dist;
				let uni = drag.uni;
				if (uni != null) {
					if (dragX && dragY) {
						dragX = rawDX >= uni;
						dragY = rawDY >= uni;
						if (!dragX && !dragY) {
							if (rawDY > rawDX) dragY = true;
							else dragX = true;
						}
					}
				} else if (drag.x && drag.y && (dragX || dragY)) dragX = dragY = true;
				let p0, p1;
				if (dragX) {
					if (scaleX.ori == 0) {
						p0 = mouseLeft0;
						p1 = mouseLeft1;
					} else {
						p0 = mouseTop0;
						p1 = mouseTop1;
					}
					setSelX(min(p0, p1), abs(p1 - p0));
					if (!dragY) setSelY(0, yDim);
				}
				if (dragY) {
					if (scaleX.ori == 1) {
						p0 = mouseLeft0;
						p1 = mouseLeft1;
					} else {
						p0 = mouseTop0;
						p1 = mouseTop1;
					}
					setSelY(min(p0, p1), abs(p1 - p0));
					if (!dragX) setSelX(0, xDim);
				}
				if (!dragX && !dragY) {
					setSelX(0, 0);
					setSelY(0, 0);
				}
			}
		}
		drag._x = dragX;
		drag._y = dragY;
		if (src == null) {
			if (_pub) {
				if (syncKey != null) {
					let [xSyncKey, ySyncKey] = syncOpts.scales;
					syncOpts.values[0] = xSyncKey != null ? posToVal(scaleX.ori == 0 ? mouseLeft1 : mouseTop1, xSyncKey) : null;
					syncOpts.values[1] = ySyncKey != null ? posToVal(scaleX.ori == 1 ? mouseLeft1 : mouseTop1, ySyncKey) : null;
				}
				pubSync(mousemove, self, mouseLeft1, mouseTop1, plotWidCss, plotHgtCss, idx);
			}
			if (cursorFocus) {
				let shouldPub = _pub && syncOpts.setSeries;
				let p = focus.prox;
				if (focusedSeries == null) {
					if (closestDist <= p) setSeries(closestSeries, FOCUS_TRUE, true, shouldPub);
				} else if (closestDist > p) setSeries(null, FOCUS_TRUE, true, shouldPub);
				else if (closestSeries != focusedSeries) setSeries(closestSeries, FOCUS_TRUE, true, shouldPub);
			}
		}
		if (shouldSetLegend) {
			legend.idx = idx;
			setLegend();
		}
		_fire !== false && fire("setCursor");
	}
	let rect = null;
	Object.defineProperty(self, "rect", { get() {
		if (rect == null) syncRect(false);
		return rect;
	} });
	function syncRect(defer = false) {
		if (defer) rect = null;
		else {
			rect = over.getBoundingClientRect();
			fire("syncRect", rect);
		}
	}
	function mouseMove(e, src, _l, _t, _w, _h, _i) {
		if (cursor._lock) return;
		if (dragging && e != null && e.movementX == 0 && e.movementY == 0) return;
		cacheMouse(e, src, _l, _t, _w, _h, _i, false, e != null);
		if (e != null) updateCursor(null, true, true);
		else updateCursor(src, true, false);
	}
	function cacheMouse(e, src, _l, _t, _w, _h, _i, initial, snap) {
		if (rect == null) syncRect(false);
		setCursorEvent(e);
		if (e != null) {
			_l = e.clientX - rect.left;
			_t = e.clientY - rect.top;
		} else {
			if (_l < 0 || _t < 0) {
				mouseLeft1 = -10;
				mouseTop1 = -10;
				return;
			}
			let [xKey, yKey] = syncOpts.scales;
			let syncOptsSrc = src.cursor.sync;
			let [xValSrc, yValSrc] = syncOptsSrc.values;
			let [xKeySrc, yKeySrc] = syncOptsSrc.scales;
			let [matchXKeys, matchYKeys] = syncOpts.match;
			let rotSrc = src.axes[0].side % 2 == 1;
			let xDim = scaleX.ori == 0 ? plotWidCss : plotHgtCss, yDim = scaleX.ori == 1 ? plotWidCss : plotHgtCss, _xDim = rotSrc ? _h : _w, _yDim = rotSrc ? _w : _h, _xPos = rotSrc ? _t : _l, _yPos = rotSrc ? _l : _t;
			if (xKeySrc != null) _l = matchXKeys(xKey, xKeySrc) ? getPos(xValSrc, scales[xKey], xDim, 0) : -10;
			else _l = xDim * (_xPos / _xDim);
			if (yKeySrc != null) _t = matchYKeys(yKey, yKeySrc) ? getPos(yValSrc, scales[yKey], yDim, 0) : -10;
			else _t = yDim * (_yPos / _yDim);
			if (scaleX.ori == 1) {
				let __l = _l;
				_l = _t;
				_t = __l;
			}
		}
		if (snap && (src == null || src.cursor.event.type == mousemove)) {
			if (_l <= 1 || _l >= plotWidCss - 1) _l = incrRound(_l, plotWidCss);
			if (_t <= 1 || _t >= plotHgtCss - 1) _t = incrRound(_t, plotHgtCss);
		}
		if (initial) {
			rawMouseLeft0 = _l;
			rawMouseTop0 = _t;
			[mouseLeft0, mouseTop0] = cursor.move(self, _l, _t);
		} else {
			mouseLeft1 = _l;
			mouseTop1 = _t;
		}
	}
	const _hideProps = {
		width: 0,
		height: 0,
		left: 0,
		top: 0
	};
	function hideSelect() {
		setSelect(_hideProps, false);
	}
	let downSelectLeft;
	let downSelectTop;
	let downSelectWidth;
	let downSelectHeight;
	function mouseDown(e, src, _l, _t, _w, _h, _i) {
		dragging = true;
		dragX = dragY = drag._x = drag._y = false;
		cacheMouse(e, src, _l, _t, _w, _h, _i, true, false);
		if (e != null) {
			onMouse(mouseup, doc, mouseUp, false);
			pubSync(mousedown, self, mouseLeft0, mouseTop0, plotWidCss, plotHgtCss, null);
		}
		let { left, top, width, height } = select;
		downSelectLeft = left;
		downSelectTop = top;
		downSelectWidth = width;
		downSelectHeight = height;
	}
	function mouseUp(e, src, _l, _t, _w, _h, _i) {
		dragging = drag._x = drag._y = false;
		cacheMouse(e, src, _l, _t, _w, _h, _i, false, true);
		let { left, top, width, height } = select;
		let hasSelect = width > 0 || height > 0;
		let chgSelect = downSelectLeft != left || downSelectTop != top || downSelectWidth != width || downSelectHeight != height;
		hasSelect && chgSelect && setSelect(select);
		if (drag.setScale && hasSelect && chgSelect) {
			let xOff = left, xDim = width, yOff = top, yDim = height;
			if (scaleX.ori == 1) xOff = top, xDim = height, yOff = left, yDim = width;
			if (dragX) _setScale(xScaleKey, posToVal(xOff, xScaleKey), posToVal(xOff + xDim, xScaleKey));
			if (dragY) for (let k in scales) {
				let sc = scales[k];
				if (k != xScaleKey && sc.from == null && sc.min != inf) _setScale(k, posToVal(yOff + yDim, k), posToVal(yOff, k));
			}
			hideSelect();
		} else if (cursor.lock) {
			cursor._lock = !cursor._lock;
			updateCursor(src, true, e != null);
		}
		if (e != null) {
			offMouse(mouseup, doc);
			pubSync(mouseup, self, mouseLeft1, mouseTop1, plotWidCss, plotHgtCss, null);
		}
	}
	function mouseLeave(e, src, _l, _t, _w, _h, _i) {
		if (cursor._lock) return;
		setCursorEvent(e);
		let _dragging = dragging;
		if (dragging) {
			let snapH = true;
			let snapV = true;
			let snapProx = 10;
			let dragH, dragV;
			if (scaleX.ori == 0) {
				dragH = dragX;
				dragV = dragY;
			} else {
				dragH = dragY;
				dragV = dragX;
			}
			if (dragH && dragV) {
				snapH = mouseLeft1 <= snapProx || mouseLeft1 >= plotWidCss - snapProx;
				snapV = mouseTop1 <= snapProx || mouseTop1 >= plotHgtCss - snapProx;
			}
			if (dragH && snapH) mouseLeft1 = mouseLeft1 < mouseLeft0 ? 0 : plotWidCss;
			if (dragV && snapV) mouseTop1 = mouseTop1 < mouseTop0 ? 0 : plotHgtCss;
			updateCursor(null, true, true);
			dragging = false;
		}
		mouseLeft1 = -10;
		mouseTop1 = -10;
		activeIdxs.fill(null);
		updateCursor(null, true, true);
		if (_dragging) dragging = _dragging;
	}
	function dblClick(e, src, _l, _t, _w, _h, _i) {
		if (cursor._lock) return;
		setCursorEvent(e);
		autoScaleX();
		hideSelect();
		if (e != null) pubSync(dblclick, self, mouseLeft1, mouseTop1, plotWidCss, plotHgtCss, null);
	}
	function syncPxRatio() {
		axes.forEach(syncFontSize);
		_setSize(self.width, self.height, true);
	}
	on$1(dppxchange, win, syncPxRatio);
	const events = {};
	events.mousedown = mouseDown;
	events.mousemove = mouseMove;
	events.mouseup = mouseUp;
	events.dblclick = dblClick;
	events["setSeries"] = (e, src, idx, opts) => {
		let seriesIdxMatcher = syncOpts.match[2];
		idx = seriesIdxMatcher(self, src, idx);
		idx != -1 && setSeries(idx, opts, true, false);
	};
	if (showCursor) {
		onMouse(mousedown, over, mouseDown);
		onMouse(mousemove, over, mouseMove);
		onMouse(mouseenter, over, (e) => {
			setCursorEvent(e);
			syncRect(false);
		});
		onMouse(mouseleave, over, mouseLeave);
		onMouse(dblclick, over, dblClick);
		cursorPlots.add(self);
		self.syncRect = syncRect;
	}
	const hooks = self.hooks = opts.hooks || {};
	function fire(evName, a1, a2) {
		if (deferHooks) hooksQueue.push([
			evName,
			a1,
			a2
		]);
		else if (evName in hooks) hooks[evName].forEach((fn) => {
			fn.call(null, self, a1, a2);
		});
	}
	(opts.plugins || []).forEach((p) => {
		for (let evName in p.hooks) hooks[evName] = (hooks[evName] || []).concat(p.hooks[evName]);
	});
	const seriesIdxMatcher = (self, src, srcSeriesIdx) => srcSeriesIdx;
	const syncOpts = assign({
		key: null,
		setSeries: false,
		filters: {
			pub: retTrue,
			sub: retTrue
		},
		scales: [xScaleKey, series[1] ? series[1].scale : null],
		match: [
			retEq,
			retEq,
			seriesIdxMatcher
		],
		values: [null, null]
	}, cursor.sync);
	if (syncOpts.match.length == 2) syncOpts.match.push(seriesIdxMatcher);
	cursor.sync = syncOpts;
	const syncKey = syncOpts.key;
	const sync = _sync(syncKey);
	function pubSync(type, src, x, y, w, h, i) {
		if (syncOpts.filters.pub(type, src, x, y, w, h, i)) sync.pub(type, src, x, y, w, h, i);
	}
	sync.sub(self);
	function pub(type, src, x, y, w, h, i) {
		if (syncOpts.filters.sub(type, src, x, y, w, h, i)) events[type](null, src, x, y, w, h, i);
	}
	self.pub = pub;
	function destroy() {
		sync.unsub(self);
		cursorPlots.delete(self);
		mouseListeners.clear();
		off(dppxchange, win, syncPxRatio);
		root.remove();
		legendTable?.remove();
		fire("destroy");
	}
	self.destroy = destroy;
	function _init() {
		fire("init", opts, data);
		setData(data || opts.data, false);
		if (pendScales[xScaleKey]) setScale(xScaleKey, pendScales[xScaleKey]);
		else autoScaleX();
		shouldSetSelect = select.show && (select.width > 0 || select.height > 0);
		shouldSetCursor = shouldSetLegend = true;
		_setSize(opts.width, opts.height);
	}
	series.forEach(initSeries);
	axes.forEach(initAxis);
	if (then) {
		if (then instanceof HTMLElement) {
			then.appendChild(root);
			_init();
		} else then(self, _init);
	} else _init();
	return self;
}
uPlot.assign = assign;
uPlot.fmtNum = fmtNum;
uPlot.rangeNum = rangeNum;
uPlot.rangeLog = rangeLog;
uPlot.rangeAsinh = rangeAsinh;
uPlot.orient = orient;
uPlot.pxRatio = pxRatio;
uPlot.join = join$1;
uPlot.fmtDate = fmtDate;
uPlot.tzDate = tzDate;
uPlot.sync = _sync;
{
	uPlot.addGap = addGap;
	uPlot.clipGaps = clipGaps;
	let paths = uPlot.paths = { points: points$1 };
	paths.linear = linear;
	paths.stepped = stepped;
	paths.bars = bars;
	paths.spline = monotoneCubic;
}
// src/components/chart.tsx
var NARROWEST_MARK = 3;
function Chart(props) {
	const { steps, lines, domain, log, gutter } = props;
	const [ref, size] = useSize();
	const latest = T$1(props);
	latest.current = props;
	const theme = useSession().host.theme.value;
	const data = w$2(() => chartData(steps, lines, log), [
		steps,
		lines,
		log
	]);
	const { width, height } = size.value;
	F$1(() => {
		if (!ref.current || !width || !height) return void 0;
		const plot = new uPlot(options(latest, ref.current, width, height), data, ref.current);
		return () => plot.destroy();
	}, [
		data,
		domain,
		log,
		gutter,
		theme,
		width,
		height
	]);
	return a("div", {
		class: "chart",
		role: "img",
		"aria-label": props.label,
		children: [a("div", {
			class: "chart-plot",
			ref
		}), a("div", {
			class: "chart-overlay",
			style: { left: px(gutter) },
			children: a(StepBand, {})
		})]
	});
}
function chartData(steps, lines, log) {
	const drawable = (value) => Number.isFinite(value) && (!log || value > 0) ? value : null;
	return [steps, ...lines.map(({ values }) => Array.from(values, drawable))];
}
function options(latest, element, width, height) {
	const { domain, log, gutter, lines } = latest.current;
	const style = getComputedStyle(element);
	const colour = (name) => style.getPropertyValue(`--${name}`).trim();
	const font = `11px ${style.fontFamily}`;
	const zeroColours = lines.map((line) => colour(line.colour));
	return {
		width,
		height,
		padding: [
			6,
			0,
			4,
			0
		],
		legend: { show: false },
		cursor: {
			y: false,
			x: true,
			points: { show: false },
			drag: {
				x: false,
				y: false
			},
			bind: { mousedown: () => (event) => {
				pick(latest.current, element, event);
				return null;
			} }
		},
		scales: {
			x: {
				time: false,
				range: () => [domain.first, domain.end]
			},
			y: log ? {
				distr: 3,
				range: logRange
			} : { range: linearRange }
		},
		axes: [{ show: false }, {
			size: gutter,
			gap: 4,
			font,
			stroke: colour("muted"),
			ticks: { show: false },
			grid: {
				stroke: colour("grid"),
				width: 1
			},
			splits: (plot) => ySplits(plot, log, latest.current.whole ?? false),
			filter: (_plot, splits) => splits,
			values: (_plot, splits) => splits.map((value) => (latest.current.format ?? formatTick)(value))
		}],
		series: [{}, ...lines.map((line) => ({
			label: line.name,
			stroke: colour(line.colour),
			width: line.width ?? 1.5,
			...line.dash && { dash: line.dash },
			points: { show: line.values.length < 2 },
			spanGaps: line.spanGaps ?? false
		}))],
		bands: lines.flatMap(({ fillTo }, place) => fillTo === void 0 ? [] : [{
			series: [place + 1, fillTo + 1],
			fill: colour("quantile")
		}]),
		hooks: {
			setCursor: [(plot) => hover(latest.current, plot)],
			draw: [(plot) => drawMarks(plot, latest.current, zeroColours)]
		}
	};
}
function hover({ onHover }, plot) {
	const { left, idx, event } = plot.cursor;
	if (left === void 0 || left < 0 || idx === null || idx === void 0) onHover?.(void 0);
	else onHover?.(idx, event);
}
function pick({ onPick, domain, steps, gutter }, element, event) {
	const box = element.getBoundingClientRect();
	const share = (event.clientX - box.left - gutter) / (box.width - gutter);
	const at = sampleAt(steps, domain.first + share * (domain.end - domain.first));
	if (at >= 0 && share >= 0) onPick?.(steps[at]);
}
function drawMarks(plot, { steps, lines, domain, log }, zeros) {
	const { ctx, bbox } = plot;
	const density = window.devicePixelRatio || 1;
	const narrowest = NARROWEST_MARK * density;
	const mark = (index, y, height) => {
		const left = plot.valToPos(steps[index], "x", true);
		const right = plot.valToPos(steps[index + 1] ?? domain.end, "x", true);
		ctx.fillRect(left, y, Math.max(right - left, narrowest), height);
	};
	lines.forEach(({ values, isMissing }, line) => {
		values.forEach((value, index) => {
			if (log && value === 0) {
				ctx.fillStyle = zeros[line];
				mark(index, bbox.top + bbox.height - 2 * density, 2 * density);
			} else if (!Number.isFinite(value) && !isMissing?.(index)) {
				ctx.fillStyle = nonfiniteColour;
				mark(index, bbox.top, 5 * density);
			}
		});
	});
}
function logRange(_plot, low, high) {
	if (low === null || high === null || !(low > 0)) return [.1, 1];
	return low === high ? [low / 2, high * 2] : [low / 1.15, high * 1.15];
}
function linearRange(_plot, low, high) {
	if (low === null || high === null) return [0, 1];
	const pad = (high - low) * .06 || Math.abs(high) * .5 || 1;
	return [low >= 0 && low - pad < 0 ? 0 : low - pad, high + pad];
}
function ySplits(plot, log, whole) {
	const { min, max } = plot.scales.y;
	if (min === void 0 || max === void 0 || min === null || max === null) return [];
	const count = Math.max(2, Math.floor(plot.height / 34));
	if (log) return logTicks(min, max, count);
	return linearTicks(min, max, count, whole);
}
function Track(props) {
	const { title, definition, steps, lines, log, format, label, note } = props;
	const session = useSession();
	const hovered = useSignal(void 0);
	const step = session.step.value;
	const index = hovered.value ?? (step === void 0 ? -1 : sampleAt(steps, step));
	return a("section", {
		class: "track",
		children: [a("header", { children: [
			a("h3", {
				title: definition,
				children: title
			}),
			note,
			hovered.value !== void 0 && a("span", {
				class: "quiet",
				children: ["step ", formatCount(steps[index])]
			}),
			a("span", { class: "spring" }),
			(props.readings ?? lines).map((line) => a("span", {
				class: "reading",
				children: [
					a("i", {
						class: "dash",
						style: { background: `var(--${line.colour})` }
					}),
					line.name,
					" ",
					a(Reading, {
						line,
						index,
						format
					})
				]
			}, line.name))
		] }), a(Chart, {
			steps,
			lines,
			domain: session.domain.value,
			log,
			gutter: 58,
			format: (value) => format === "number" ? formatTick(value) : formatValue(value, format),
			label,
			whole: format === "count",
			onHover: (column) => hovered.value = column,
			onPick: (at) => session.goTo(at)
		})]
	});
}
function Reading({ line, index, format }) {
	const at = line.isMissing ? lastRecorded(line, index) : index;
	const value = line.values[at];
	if (value === void 0) return a("b", { children: "–" });
	return a("b", {
		class: Number.isFinite(value) ? "" : "alarm",
		children: formatValue(value, format)
	});
}
function lastRecorded(line, index) {
	let at = index;
	while (at >= 0 && !Number.isFinite(line.values[at]) && line.isMissing?.(at)) at--;
	return at;
}
// src/components/density_map.tsx
var LANE$1 = 4;
var PIXELS_PER_TICK = 36;
function DensityMap({ histogram, bins, coded }) {
	const session = useSession();
	const { settings, host, domain } = session;
	const [ref, size] = useSize();
	const room = size.value.height - LANE$1;
	const ticks = w$2(() => valueTicks(histogram, bins, Math.max(4, room / PIXELS_PER_TICK)), [
		histogram,
		bins,
		room
	]);
	return a("div", {
		class: "density-plot",
		children: [a("div", {
			class: "density-frame",
			children: [
				a("div", {
					class: "value-axis",
					style: { width: px(58) },
					"aria-hidden": "true",
					children: ticks.map(({ value, row }) => a("span", {
						style: { top: px(LANE$1 + row * room / bins.length) },
						children: formatTick(value)
					}, value))
				}),
				a("div", {
					class: "unit-plot",
					ref,
					children: a(Heatmap, {
						coded,
						rows: bins.length,
						columns: histogram.steps.length,
						firstSteps: histogram.firstSteps,
						domain: domain.value,
						colours: colourTable(settings.colours.value, host.theme.value),
						label: `Distribution of ${histogram.kind} ${histogram.name} over ${formatCount(histogram.steps.length)} steps`,
						testId: "density",
						separated: false,
						onHover: (hit) => showBin(histogram, bins[hit.row], hit),
						onPick: ({ column }) => session.goTo(histogram.steps[column])
					})
				}),
				a(StepBars, {
					histogram,
					bins,
					height: size.value.height
				})
			]
		}), a("div", {
			class: "axis-row density-axis",
			style: { "--gutter": px(58) },
			children: [
				a("span", {
					class: "axis-name",
					children: "step"
				}),
				a(TimeAxis, { width: size.value.width }),
				a("span", {
					class: "axis-name",
					children: "at this step"
				})
			]
		})]
	});
}
function showBin(histogram, bin, { column, x, y }) {
	const [first, last] = [histogram.firstSteps[column], histogram.steps[column]];
	const count = histogram.counts[column * binsOf(histogram) + bin];
	const total = totalOf(histogram, column);
	showTooltip(x, y, {
		title: `${histogram.kind}, ${histogram.name}`,
		lines: [
			first === last ? {
				label: "step",
				value: formatCount(last)
			} : {
				label: "steps",
				value: `${formatCount(first)} – ${formatCount(last)}`
			},
			{
				label: "values",
				value: binRange(histogram, bin)
			},
			{
				label: "elements",
				value: total ? `${formatCount(count)} (${formatPercent(count / total)})` : "none finite"
			}
		]
	});
}
function binRange({ edges }, bin) {
	const [low, high] = [edges[bin], edges[bin + 1]];
	if (low < 0 && high > 0) return `0, or within ± ${formatTick(high)}`;
	if (!Number.isFinite(low)) return `below ${formatTick(high)}`;
	if (!Number.isFinite(high)) return `${formatTick(low)} and more`;
	return `${formatTick(low)} to ${formatTick(high)}`;
}
var BARS = 96;
function StepBars(props) {
	const { histogram, bins, height } = props;
	const step = useSession().step.value;
	const column = step === void 0 ? -1 : sampleAt(histogram.steps, step);
	const total = column < 0 ? 0 : totalOf(histogram, column);
	const start = column * binsOf(histogram);
	const counts = Array.from(bins, (bin) => total ? histogram.counts[start + bin] : 0);
	const most = Math.max(1, ...counts);
	const rowHeight = (height - LANE$1) / bins.length;
	return a("svg", {
		class: "step-bars",
		width: BARS,
		height,
		role: "img",
		"aria-label": "Distribution at the shown step",
		"data-testid": "step-bars",
		"data-step": column < 0 ? "" : histogram.steps[column],
		"data-value": total,
		children: [total === 0 && column >= 0 && a("text", {
			x: BARS / 2,
			y: height / 2,
			"text-anchor": "middle",
			children: "none finite"
		}), counts.map((count, row) => a("rect", {
			x: 6,
			y: LANE$1 + row * rowHeight,
			width: 86 * count / most,
			height: Math.max(1, rowHeight - (rowHeight > 4 ? 1 : 0))
		}, bins[row]))]
	});
}
// src/components/ridges.tsx
var PIXELS_PER_RIDGE = 16;
var PEAK = 84;
var BOTTOM = 22;
function Ridges({ histogram, bins }) {
	const session = useSession();
	const [ref, size] = useSize();
	const { width, height } = size.value;
	const room = height - PEAK - BOTTOM;
	const columns = spreadColumns(histogram.steps.length, Math.max(2, Math.floor(room / PIXELS_PER_RIDGE)));
	const values = w$2(() => shares(histogram, bins), [histogram, bins]);
	const highest = w$2(() => largest(values), [values]);
	const step = session.step.value;
	const at = step === void 0 ? -1 : sampleAt(histogram.steps, step);
	const plot = Math.max(1, width - 58 - 12);
	const x = (row) => 58 + (1 - row / bins.length) * plot;
	const base = (place) => PEAK + (columns.length > 1 ? place * room / (columns.length - 1) : room);
	const shown = lastAtMost(columns, at);
	const curve = (column, place) => {
		const points = Array.from(bins, (_, row) => {
			const share = values[row * histogram.steps.length + column];
			const y = base(place) - (Number.isFinite(share) ? share / highest * PEAK : 0);
			return `${x(row + .5).toFixed(1)} ${y.toFixed(1)}`;
		});
		const floor = base(place).toFixed(1);
		return `M${x(0).toFixed(1)} ${floor}L${points.join("L")}L${x(bins.length).toFixed(1)} ${floor}`;
	};
	const ticks = valueTicks(histogram, bins, plot / 60);
	return a("div", {
		class: "ridges",
		ref,
		children: [width > 0 && a("svg", {
			width,
			height,
			role: "img",
			"aria-label": `Distribution of ${histogram.kind} ${histogram.name} at ${columns.length} steps`,
			"data-testid": "ridges",
			children: [columns.map((column, place) => a("g", {
				class: place === shown ? "shown" : "",
				onClick: () => session.goTo(histogram.steps[column]),
				children: [a("path", { d: curve(column, place) }), (place === shown || place % 3 === 0 && Math.abs(place - shown) > 1) && a("text", {
					x: 52,
					y: base(place) + 3,
					"text-anchor": "end",
					children: formatCount(histogram.steps[column])
				})]
			}, column)), ticks.map(({ value, row }) => a("text", {
				x: x(row),
				y: height - 6,
				"text-anchor": "middle",
				class: "tick",
				children: formatTick(value)
			}, value))]
		}), a("span", {
			class: "ridge-axis",
			style: { width: px(52) },
			children: "step"
		})]
	});
}
function largest(values) {
	let most = 0;
	for (const value of values) if (value > most) most = value;
	return most || 1;
}
// src/state/sheet.ts
function overTime(title, steps, names, value) {
	return {
		title,
		columns: ["step", ...names],
		rows: steps.length,
		cell: (row, column) => column === 0 ? steps[row] : value(column - 1, row)
	};
}
function toCsv(sheet) {
	const lines = [sheet.columns.map(quote).join(",")];
	for (let row = 0; row < sheet.rows; row++) {
		const cells = sheet.columns.map((_, column) => {
			const value = sheet.cell(row, column);
			return typeof value === "number" ? String(value) : quote(value ?? "");
		});
		lines.push(cells.join(","));
	}
	return `${lines.join("\r\n")}\r\n`;
}
function quote(text) {
	const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
	return /[",\r\n]/.test(safe) ? `"${safe.replaceAll("\"", "\"\"")}"` : safe;
}
function fileName(parts, extension) {
	return `${parts.filter(Boolean).map((part) => part.replace(/[^\w.-]+/g, "_")).join("-").slice(0, 120) || "keras_inspect"}.${extension}`;
}
// src/views/distributions.tsx
var isRecorded = (session, kind) => session.has(`${kind}_histogram`);
function kindOf(session) {
	const kind = session.settings.kind.value;
	return kind in KINDS$1 ? kind : "gradient";
}
function tensorOf(session) {
	const names = rowsOf$1(session.layer.value, kindOf(session));
	return names.find((name) => name === session.settings.tensor.value) ?? names[0];
}
function Distributions() {
	const session = useSession();
	const kind = kindOf(session);
	const histogram = useResource(session.client, () => {
		const [wanted, name] = [kindOf(session), tensorOf(session)];
		if (name === void 0 || !isRecorded(session, wanted)) return void 0;
		return session.request((run) => histogramQuery(run, wanted, name));
	}, session.host.visible);
	if (!Object.keys(KINDS$1).some((each) => isRecorded(session, each))) return a(NotRecorded, {
		what: "Distributions are not recorded in this run",
		how: "They are by default; InspectCallback(histograms=False) and tier=\"economy\" leave them out."
	});
	const missing = !isRecorded(session, kind) ? `Distributions of ${KINDS$1[kind].toLowerCase()}s are not recorded in this run` : tensorOf(session) === void 0 && session.layer.value ? `${session.layer.value.path} has no trainable variable` : void 0;
	return a($, { children: [a("div", {
		class: "view-bar",
		children: [
			a(Controls$1, {}),
			a("span", { class: "spring" }),
			histogram.fresh.value && !missing && a(DensityLegend, { histogram: histogram.fresh.value })
		]
	}), missing ? a(NotRecorded, {
		what: missing,
		how: "Choose another kind above, or another layer."
	}) : a(Pending, {
		loaded: histogram.state.value,
		retry: () => histogram.retry(),
		class: "density",
		children: (data) => a(Picture$2, { histogram: data })
	})] });
}
function Controls$1() {
	const session = useSession();
	const { kind, tensor, density } = session.settings;
	const layer = session.layer.value;
	const names = rowsOf$1(layer, kindOf(session));
	return a($, { children: [
		a(Select, {
			label: "Kind",
			value: kindOf(session),
			options: Object.entries(KINDS$1),
			onChange: (next) => kind.value = next,
			testId: "kind"
		}),
		names.length > 1 && a(Choice, {
			label: "Tensor",
			testId: "tensor",
			value: tensorOf(session) ?? "",
			options: names.map((name) => [
				name,
				name === layer?.path ? "output" : splitPath(name)[1],
				name
			]),
			onChange: (next) => tensor.value = next
		}),
		a(Choice, {
			label: "Form",
			testId: "density-form",
			value: density.value,
			options: [[
				"density",
				"Over time",
				"Share of the elements by value and step, as colours"
			], [
				"ridges",
				"Ridges",
				"One curve for each of some steps, the newest in front"
			]],
			onChange: (next) => density.value = next
		})
	] });
}
function usePicture(histogram) {
	return w$2(() => {
		const bins = drawnBins(histogram);
		return {
			bins,
			coded: densityCodes(histogram, bins)
		};
	}, [histogram]);
}
function Picture$2({ histogram }) {
	const { bins, coded } = usePicture(histogram);
	const ridges = useSession().settings.density.value === "ridges";
	return a(WithTable, {
		sheet: w$2(() => {
			const names = Array.from(bins, (bin) => binRange(histogram, bin));
			return overTime(`Elements of ${histogram.kind} ${histogram.name}`, histogram.steps, names, (place, column) => histogram.counts[column * binsOf(histogram) + bins[place]]);
		}, [histogram, bins]),
		children: ridges ? a(Ridges, {
			histogram,
			bins
		}) : a(DensityMap, {
			histogram,
			bins,
			coded
		})
	});
}
function DensityLegend({ histogram }) {
	const { settings, host } = useSession();
	const { coded } = usePicture(histogram);
	const theme = host.theme.value;
	return a("span", {
		class: "legend",
		title: "Share of the tensor's finite elements in one bin, at one step",
		children: [settings.density.value === "density" && a($, { children: [
			a("span", {
				class: "number",
				children: formatPercent(coded.scale.low)
			}),
			a("i", {
				class: "gradient",
				style: { background: cssGradient(settings.colours.value, theme) }
			}),
			a("span", {
				class: "number",
				children: [formatPercent(coded.scale.high), " of elements"]
			})
		] }), coded.nonfinite > 0 && a("span", {
			class: "alarm",
			"data-testid": "density-nonfinite",
			"data-value": coded.nonfinite,
			children: [
				a("i", {
					class: "swatch",
					style: { background: nonfiniteColour }
				}),
				"nothing finite at ",
				formatCount(coded.nonfinite),
				" samples"
			]
		})]
	});
}
// src/views/empty.tsx
function snippet(directory) {
	return `from tb_keras_inspect import InspectCallback

model.fit(
    x, y,
    callbacks=[InspectCallback(${pythonString(directory)})],
)`;
}
var pythonString = (text) => JSON.stringify(text);
function suggestedDirectory(logdir) {
	return /^([/.~]|[A-Za-z]:\\)/.test(logdir) && !logdir.includes(",") ? `${logdir.replace(/[/\\]+$/, "")}/run_1` : "logs/run_1";
}
function EmptyState({ logdir }) {
	return a("div", {
		class: "empty",
		"data-testid": "empty-state",
		children: [
			a("h2", { children: "No recorded training found" }),
			a("p", { children: "Add the callback to the training, with a directory inside TensorBoard’s log directory:" }),
			a("pre", { children: snippet(suggestedDirectory(logdir)) }),
			a("p", { children: ["Searched: ", a("code", { children: logdir || "(no log directory)" })] }),
			a("p", {
				class: "quiet",
				children: "The tab fills by itself when the first steps are written."
			})
		]
	});
}
// src/graph/viewport.ts
var SMALLEST_SCALE = .1;
var READABLE_SCALE = .8;
function fit(picture, room) {
	const scale = Math.max(SMALLEST_SCALE, Math.min(1, room.width / picture.width, room.height / picture.height));
	return {
		scale,
		x: (room.width - scale * picture.width) / 2,
		y: Math.max(0, (room.height - scale * picture.height) / 2)
	};
}
function start(picture, room) {
	const whole = fit(picture, room);
	const scale = Math.max(whole.scale, READABLE_SCALE);
	return {
		...whole,
		scale,
		x: (room.width - scale * picture.width) / 2
	};
}
function zoomAt(view, factor, x, y) {
	const scale = Math.min(3, Math.max(SMALLEST_SCALE, view.scale * factor));
	const change = scale / view.scale;
	return {
		scale,
		x: x - (x - view.x) * change,
		y: y - (y - view.y) * change
	};
}
var panBy = (view, dx, dy) => ({
	...view,
	x: view.x + dx,
	y: view.y + dy
});
function reveal(view, target, room, margin = 24) {
	const shift = (at, length, limit) => {
		if (at < margin) return margin - at;
		return at + length > limit - margin ? Math.max(margin - at, limit - margin - at - length) : 0;
	};
	const left = view.x + view.scale * target.x;
	const top = view.y + view.scale * target.y;
	return panBy(view, shift(left, view.scale * target.width, room.width), shift(top, view.scale * target.height, room.height));
}
// src/components/graph_canvas.tsx
var STRIPE = 6;
var LABEL_ROOM$2 = 13;
var NAME_CHARACTERS = 24;
var ZOOM_STEP = 1.3;
function GraphCanvas(props) {
	const { model, graph, layout } = props;
	const session = useSession();
	const [ref, size] = useSize();
	const view = useSignal(void 0);
	const room = size.value;
	const placed = new Map(layout.nodes.map((node) => [node.id, node]));
	const selected = session.layer.value?.path;
	const shown = T$1(void 0);
	F$1(() => {
		if (!room.width || shown.current === model) return;
		shown.current = model;
		view.value = start(layout, room);
	}, [layout, room]);
	A$1(() => {
		const node = graph.nodes.find(({ layer }) => model.layers[layer].path === selected);
		const box = node && placed.get(node.layer);
		if (view.peek() && box && room.width) view.value = reveal(view.peek(), box, room);
	}, [selected, layout]);
	const zoom = (factor) => {
		view.value = zoomAt(view.peek(), factor, room.width / 2, room.height / 2);
	};
	const now = view.value;
	return a("div", {
		class: "graph",
		ref,
		...panning(view),
		"data-testid": "graph",
		children: [now && a("svg", {
			width: room.width,
			height: room.height,
			role: "group",
			"aria-label": `Graph of ${model.name}: ${graph.nodes.length} nodes`,
			children: [a("defs", { children: a("marker", {
				id: "arrow",
				viewBox: "0 0 8 8",
				refX: "7",
				refY: "4",
				markerWidth: "7",
				markerHeight: "7",
				orient: "auto",
				children: a("path", {
					d: "M0 0.500L8 4L0 7.500z",
					class: "arrow"
				})
			}) }), a("g", {
				transform: `translate(${now.x} ${now.y}) scale(${now.scale})`,
				children: [
					graph.nodes.filter(({ open }) => open).map((node) => a(Block, {
						...props,
						node,
						box: placed.get(node.layer)
					}, node.layer)),
					layout.edges.map(({ source, target, points }) => a("path", {
						class: `edge ${graph.assumed ? "assumed" : ""}`,
						d: linePath(points),
						"marker-end": "url(#arrow)"
					}, `${source} ${target}`)),
					graph.nodes.filter(({ open }) => !open).map((node) => a(Node, {
						...props,
						node,
						box: placed.get(node.layer)
					}, node.layer))
				]
			})]
		}), a("div", {
			class: "graph-tools",
			children: [
				a(IconButton, {
					label: "Larger",
					onClick: () => zoom(ZOOM_STEP),
					children: a("path", { d: "M7.300 3h1.400v4.300H13v1.400H8.700V13H7.300V8.700H3V7.300h4.300z" })
				}),
				a(IconButton, {
					label: "Smaller",
					onClick: () => zoom(1 / ZOOM_STEP),
					children: a("path", { d: "M3 7.300h10v1.400H3z" })
				}),
				a(IconButton, {
					label: "Whole graph",
					onClick: () => view.value = fit(layout, room),
					children: a("path", { d: "M2 2h4v1.400H3.400V6H2zM10 2h4v4h-1.400V3.400H10zM2 10h1.400v2.600H6V14H2zM12.600 10H14v4h-4v-1.400h2.600z" })
				})
			]
		})]
	});
}
function panning(view) {
	return {
		onPointerDown: (event) => {
			if (event.target.closest("[data-layer], button")) return;
			event.currentTarget.setPointerCapture(event.pointerId);
		},
		onPointerMove: (event) => {
			const now = view.peek();
			const element = event.currentTarget;
			if (!now || !element.hasPointerCapture(event.pointerId)) return;
			view.value = panBy(now, event.movementX, event.movementY);
		},
		onWheel: (event) => {
			const now = view.peek();
			if (!now) return;
			event.preventDefault();
			const box = event.currentTarget.getBoundingClientRect();
			view.value = zoomAt(now, Math.exp(-event.deltaY / 400), event.clientX - box.left, event.clientY - box.top);
		}
	};
}
function linePath(points) {
	let path = "";
	for (let at = 0; at < points.length; at += 2) path += `${at ? "L" : "M"}${points[at].toFixed(1)} ${points[at + 1].toFixed(1)}`;
	return path;
}
function nameOf$1(path, characters) {
	const name = splitPath(path)[1] || path;
	if (name.length <= characters) return name;
	const half = Math.floor((characters - 1) / 2);
	return `${name.slice(0, half)}…${name.slice(-half)}`;
}
var onEnter = (run) => (event) => {
	if (event.key !== "Enter") return;
	event.preventDefault();
	run();
};
function Block({ model, node, box, onToggle }) {
	const { path, class_name } = model.layers[node.layer];
	const toggle = () => onToggle(path);
	return a("g", {
		transform: `translate(${box.x} ${box.y})`,
		class: "block",
		children: [a("rect", {
			y: -13,
			width: box.width,
			height: box.height + LABEL_ROOM$2,
			rx: 6
		}), a("g", {
			role: "button",
			tabindex: 0,
			"aria-expanded": true,
			"data-layer": path,
			"data-testid": "graph-block",
			onClick: toggle,
			onKeyDown: onEnter(toggle),
			children: [
				a("title", { children: `Close ${path}, ${class_name}` }),
				a("rect", {
					class: "hit",
					y: -13,
					width: box.width,
					height: 17
				}),
				a("text", {
					x: 8,
					y: 0,
					children: [
						"− ",
						nameOf$1(path, Math.floor(box.width / 7)),
						" ",
						a("tspan", {
							class: "kind",
							children: class_name
						})
					]
				})
			]
		})]
	});
}
function Node(props) {
	const { model, node, box, numbers, position, write, onToggle } = props;
	const session = useSession();
	const { path, class_name } = model.layers[node.layer];
	const own = numbers.get(path);
	const value = own ?? props.blockNumbers.get(path);
	const isBlock = node.children > 0;
	const selected = session.layer.value?.path === path;
	const dimmed = session.settings.filter.value !== "" && !session.filter.value.matches(path);
	const run = () => {
		if (isBlock) onToggle(path);
		else session.settings.layer.value = path;
	};
	const bad = value !== void 0 && !Number.isFinite(value);
	const layers = `${node.children} ${node.children === 1 ? "layer" : "layers"}`;
	const detail = isBlock ? layers : class_name;
	const joined = own === void 0 && !bad ? `${props.blockRule} ` : "";
	const number = value === void 0 ? "" : `${joined}${write(value)}`;
	return a("g", {
		transform: `translate(${box.x} ${box.y})`,
		class: `node ${selected ? "selected" : ""} ${dimmed ? "dimmed" : ""}`,
		role: "button",
		tabindex: 0,
		...isBlock ? { "aria-expanded": false } : { "aria-pressed": selected },
		"data-layer": path,
		"data-value": value ?? "",
		"data-testid": "graph-node",
		onClick: run,
		onKeyDown: onEnter(run),
		children: [
			a("title", { children: `${isBlock ? "Open " : ""}${path}, ${isBlock ? `${class_name}, ` : ""}${detail}${number && `, ${number}`}` }),
			isBlock && a("rect", {
				class: "behind",
				x: 4,
				y: 4,
				width: box.width,
				height: box.height,
				rx: 4
			}),
			a("rect", {
				class: "face",
				width: box.width,
				height: box.height,
				rx: 4
			}),
			value !== void 0 && a("rect", {
				class: "stripe",
				width: STRIPE,
				height: box.height,
				fill: colourOf(session, position(value))
			}),
			a("text", {
				class: "name",
				x: 14,
				y: 17,
				children: [isBlock ? "+ " : "", nameOf$1(path, NAME_CHARACTERS)]
			}),
			a("text", {
				class: "kind",
				x: 14,
				y: 32,
				children: detail
			}),
			a("text", {
				class: bad ? "value bad" : "value",
				x: box.width - 8,
				y: 32,
				"text-anchor": "end",
				children: number
			})
		]
	});
}
function colourOf({ settings, host }, place) {
	if (Number.isNaN(place)) return nonfiniteColour;
	return cssColour(settings.colours.value, host.theme.value, place);
}
// src/graph/block_number.ts
function blockNumbers(layers, numbers, rule) {
	const inside = new Map();
	for (const layer of layers) {
		const value = numbers.get(layer.path);
		if (value === void 0) continue;
		let at = layer.parent;
		for (let depth = 0; depth < layers.length && layers[at]; depth++, at = layers[at].parent) inside.set(at, [...inside.get(at) ?? [], value]);
	}
	const found = new Map();
	for (const [layer, values] of inside) {
		const { path } = layers[layer];
		if (!numbers.has(path)) found.set(path, join(values, rule));
	}
	return found;
}
function join(values, rule) {
	if (!values.every(Number.isFinite)) return NaN;
	if (rule === "largest") return Math.max(...values);
	return values.reduce((sum, value) => sum + value, 0) / values.length;
}
// src/graph/blocks.ts
function openBlocks(initial, changes) {
	const open = new Set(initial);
	for (const change of changes.split("\n")) {
		const path = change.slice(1);
		if (change.startsWith("+")) open.add(path);
		else if (change.startsWith("-")) open.delete(path);
	}
	return open;
}
function toggleBlock(initial, changes, path) {
	const isOpen = openBlocks(initial, changes).has(path);
	const others = changes.split("\n").filter((change) => change && change.slice(1) !== path);
	if (isOpen === initial.has(path)) others.push(`${isOpen ? "-" : "+"}${path}`);
	return others.join("\n");
}
// src/graph/layout_client.ts
var WORKER = "static/layout_worker.js";
var worker;
var requests = 0;
function requestLayout(request) {
	const id = requests++;
	worker ??= new Worker(new URL(WORKER, import.meta.url), { type: "module" });
	const own = worker;
	return new Promise((resolve, reject) => {
		const stop = () => {
			own.removeEventListener("message", onMessage);
			own.removeEventListener("error", onError);
		};
		const onMessage = ({ data }) => {
			if (data.id !== id) return;
			stop();
			if (data.layout) resolve(data.layout);
			else reject(new Error(data.error));
		};
		const onError = () => {
			stop();
			worker = void 0;
			reject(new Error("The graph’s layout could not be started."));
		};
		own.addEventListener("message", onMessage);
		own.addEventListener("error", onError);
		own.postMessage({
			id,
			request
		});
	});
}
// src/graph/visible.ts
function visibleGraph(layers, edges, open) {
	const children = childrenOf(layers);
	const nodes = [];
	const add = (layer, parent) => {
		const inner = children.get(layer) ?? [];
		const isOpen = inner.length > 0 && open.has(layers[layer].path);
		nodes.push({
			layer,
			parent,
			children: inner.length,
			open: isOpen
		});
		if (isOpen) inner.forEach((child) => add(child, layer));
	};
	(children.get(-1) ?? []).forEach((layer) => add(layer, -1));
	const lifted = liftEdges(layers, nodes, edges);
	const assumed = edges.length === 0;
	return {
		nodes,
		edges: assumed ? inOrder(nodes) : lifted,
		assumed
	};
}
function childrenOf(layers) {
	const children = new Map();
	layers.forEach(({ parent }, layer) => {
		const key = parent >= 0 && parent < layers.length && !isInside(layers, parent, layer) ? parent : -1;
		children.set(key, [...children.get(key) ?? [], layer]);
	});
	return children;
}
function isInside(layers, layer, other) {
	let at = layer;
	for (let depth = 0; at >= 0 && at < layers.length && depth <= layers.length; depth++) {
		if (at === other) return true;
		at = layers[at].parent;
	}
	return at >= 0;
}
function liftEdges(layers, nodes, edges) {
	const shown = new Map(nodes.map((node) => [node.layer, node]));
	const lift = (layer) => {
		let at = layer;
		while (at >= 0 && at < layers.length && !shown.has(at)) at = layers[at].parent;
		return shown.has(at) ? at : -1;
	};
	const end = (layer, last) => {
		let at = lift(layer);
		while (shown.get(at)?.open) {
			const inner = nodes.filter((node) => node.parent === at);
			at = (last ? inner.at(-1) : inner[0]).layer;
		}
		return at;
	};
	const seen = new Set();
	const lifted = [];
	for (const [from, to] of edges) {
		const [source, target] = [end(from, true), end(to, false)];
		const key = `${source} ${target}`;
		if (source < 0 || target < 0 || source === target || seen.has(key)) continue;
		seen.add(key);
		lifted.push([source, target]);
	}
	return lifted;
}
function inOrder(nodes) {
	const leaves = nodes.filter((node) => !node.open).map((node) => node.layer);
	return leaves.slice(1).map((layer, index) => [leaves[index], layer]);
}
var MOST_NODES = 60;
function initialOpen(layers) {
	const children = childrenOf(layers);
	const open = new Set();
	let shown = children.get(-1)?.length ?? 0;
	let level = children.get(-1) ?? [];
	while (level.length) {
		const blocks = level.filter((layer) => children.has(layer));
		const added = blocks.reduce((sum, layer) => sum + children.get(layer).length, 0);
		if (!added || shown + added > MOST_NODES) break;
		blocks.forEach((layer) => open.add(layers[layer].path));
		shown += added;
		level = blocks.flatMap((layer) => children.get(layer));
	}
	return open;
}
// src/state/colour_scale.ts
function colourScale(values, statistic) {
	const { scale, format } = statisticInfo(statistic);
	const log = scale === "log";
	const usable = values.filter((value) => Number.isFinite(value) && (!log || value > 0));
	const share = format === "percent";
	const low = share ? 0 : Math.min(...usable.length ? usable : [0]);
	const high = share ? 1 : Math.max(...usable.length ? usable : [0]);
	const at = (value) => log ? Math.log(value) : value;
	return {
		low,
		high,
		position: (value) => {
			if (!Number.isFinite(value) || log && value < 0) return NaN;
			if (log && value === 0) return 0;
			return high > low ? (at(value) - at(low)) / (at(high) - at(low)) : .5;
		}
	};
}
// src/state/use_overview.ts
function useTable(session, kind) {
	return useResource(session.client, () => session.has(kind) ? session.request((run) => tableQuery({
		run,
		kind,
		statistics: OVERVIEW_STATISTICS[kind]
	})) : void 0, session.host.visible);
}
function useOverview() {
	const session = useSession();
	const resources = [
		useTable(session, "gradient"),
		useTable(session, "weight"),
		useTable(session, "update"),
		useTable(session, "activation"),
		useTable(session, "representation")
	];
	const rows = useComputed(() => {
		return overviewRows(new Map(resources.flatMap(({ data }) => data ? [[data.kind, data]] : [])), session.layers.value);
	});
	const index = useComputed(() => {
		const steps = resources.find(({ data }) => data)?.data?.steps;
		return steps && session.step.value !== void 0 ? sampleAt(steps, session.step.value) : -1;
	});
	return {
		resources,
		rows,
		values: useComputed(() => {
			const exact = session.exact.value;
			if (exact) return valuesAt(overviewRows(exact, session.layers.value), 0);
			return valuesAt(rows.value, index.value);
		})
	};
}
// src/views/graph.tsx
function GraphView() {
	const session = useSession();
	const { data, error } = session.model.state.value;
	if (!data) {
		if (error === void 0) return null;
		return a(ErrorState, {
			message: error,
			retry: () => session.model.retry()
		});
	}
	if (!data.layers.length) return a(NotRecorded, {
		what: "The model has no layers",
		how: "A graph is drawn of the layers that Keras knows: those of Sequential, Functional and subclassed models."
	});
	return a(GraphOfModel, { model: data });
}
function useLayout(model, graph) {
	const drawn = useSignal(void 0);
	const error = useSignal(void 0);
	const attempt = useSignal(0);
	A$1(() => {
		let wanted = true;
		error.value = void 0;
		requestLayout({
			nodes: graph.nodes.map(({ layer, parent }) => ({
				id: layer,
				parent,
				width: 176,
				height: 40
			})),
			edges: graph.edges
		}).then((layout) => {
			if (wanted) drawn.value = {
				model,
				graph,
				layout
			};
		}, (reason) => {
			if (wanted) error.value = reason instanceof Error ? reason.message : String(reason);
		});
		return () => {
			wanted = false;
		};
	}, [graph, attempt.value]);
	return {
		drawn: drawn.value,
		error: error.value,
		retry: () => attempt.value++
	};
}
function GraphOfModel({ model }) {
	const session = useSession();
	const { blocks, graphBy } = session.settings;
	const initial = w$2(() => initialOpen(model.layers), [model]);
	const graph = w$2(() => visibleGraph(model.layers, model.edges, openBlocks(initial, blocks.value)), [
		model,
		initial,
		blocks.value
	]);
	const { drawn, error, retry } = useLayout(model, graph);
	const { values } = useOverview();
	const column = OVERVIEW_COLUMNS.find(({ key }) => key === graphBy.value) ?? OVERVIEW_COLUMNS[0];
	const { format } = statisticInfo(column.statistic);
	const numbers = w$2(() => new Map([...values.value].flatMap(([path, layer]) => {
		const value = layer.get(column.key);
		return value === void 0 ? [] : [[path, value]];
	})), [values.value, column]);
	const rule = format === "percent" ? "largest" : "mean";
	const blockValues = w$2(() => blockNumbers(model.layers, numbers, rule), [
		model,
		numbers,
		rule
	]);
	const scale = w$2(() => colourScale([...numbers.values()], column.statistic), [numbers, column]);
	const sheet = w$2(() => ({
		title: `Graph at step ${session.step.value ?? ""}`,
		columns: [
			"layer",
			"class",
			"inside",
			column.title
		],
		rows: model.layers.length,
		cell: (row, place) => {
			const { path, class_name, parent } = model.layers[row];
			return [
				path,
				class_name,
				model.layers[parent]?.path ?? "",
				numbers.get(path) ?? blockValues.get(path)
			][place];
		}
	}), [
		model,
		numbers,
		blockValues,
		column
	]);
	return a($, { children: [a("div", {
		class: "view-bar",
		children: [
			a(Select, {
				label: "Colour by",
				visibleLabel: true,
				value: column.key,
				options: OVERVIEW_COLUMNS.map(({ key, title }) => [key, title]),
				onChange: (next) => graphBy.value = next,
				testId: "graph-by"
			}),
			blockValues.size > 0 && a("span", {
				class: "quiet",
				children: [
					"closed blocks: ",
					rule,
					" of the layers inside"
				]
			}),
			graph.assumed && a("span", {
				class: "quiet",
				"data-testid": "graph-assumed",
				children: "connections are not recorded: layers in model order"
			}),
			a("span", { class: "spring" }),
			a("span", {
				class: "legend",
				children: [
					a("span", {
						class: "number",
						children: formatValue(scale.low, format)
					}),
					a("i", {
						class: "gradient",
						style: { background: cssGradient(session.settings.colours.value, session.host.theme.value) }
					}),
					a("span", {
						class: "number",
						children: formatValue(scale.high, format)
					})
				]
			})
		]
	}), a(WithTable, {
		sheet,
		children: error !== void 0 ? a(ErrorState, {
			message: error,
			retry
		}) : drawn ? a(GraphCanvas, {
			model: drawn.model,
			graph: drawn.graph,
			layout: drawn.layout,
			numbers,
			blockNumbers: blockValues,
			blockRule: rule,
			position: scale.position,
			write: (value) => formatValue(value, format),
			onToggle: (path) => blocks.value = toggleBlock(initial, blocks.peek(), path)
		}) : a(Spinner, {})
	})] });
}
// src/state/open_finding.ts
var addressOf = (side, finding) => `${side}:${keyOf(finding)}`;
var answerOf = (session, side) => (side === "a" ? session.findings : session.otherFindings).data;
function openedFinding(session) {
	const address = session.settings.finding.value;
	const side = address.startsWith("b:") ? "b" : "a";
	const finding = flatten(answerOf(session, side)?.findings ?? []).find((each) => addressOf(side, each) === address);
	return finding && {
		side,
		finding
	};
}
function openFinding(session, side, finding) {
	session.settings.finding.value = addressOf(side, finding);
	goTo(session, placeOfFinding(finding, session.layers.peek()), finding);
}
function closeFinding(session) {
	session.settings.finding.value = "";
}
function openEvidence(session, finding, evidence) {
	const place = placeOfEvidence(evidence, session.layers.peek());
	if (place) goTo(session, place, finding);
}
function openNextFinding(session) {
	const all = session.findings.data?.findings ?? [];
	const at = all.findIndex((each) => addressOf("a", each) === session.settings.finding.peek());
	if (all.length) openFinding(session, "a", all[(at + 1) % all.length]);
}
function goTo(session, place, finding) {
	const { settings } = session;
	session.player.stop();
	if (place.kind !== void 0) settings.kind.value = place.kind;
	if (place.statistic !== void 0) settings.statistic.value = place.statistic;
	if (place.layer !== void 0) {
		settings.layer.value = place.layer;
		if (!session.filter.peek().matches(place.layer)) settings.filter.value = "";
	}
	if (place.unit !== void 0) {
		settings.unit.value = place.unit;
		settings.unitOrder.value = "death";
	}
	if (!session.comparing.peek()) settings.view.value = place.view;
	session.goTo(finding.first_step);
}
// src/components/menu.ts
function useMenu() {
	const open = useSignal(false);
	const ref = T$1(null);
	A$1(() => {
		const close = (event) => {
			if (!ref.current?.contains(event.target)) open.value = false;
		};
		document.addEventListener("pointerdown", close);
		return () => document.removeEventListener("pointerdown", close);
	}, []);
	const onKeyDown = (event) => {
		if (event.key === "Escape") open.value = false;
	};
	return {
		open,
		around: {
			ref,
			onKeyDown
		}
	};
}
// src/components/severity.tsx
var SHAPES = {
	error: "M5.200 1h5.600L15 5.200v5.600L10.800 15H5.200L1 10.800V5.200zM5.600 4.500L4.500 5.600 6.900 8l-2.400 2.400 1.100 1.100L8 9.100l2.400 2.400 1.100-1.100L9.100 8l2.400-2.400-1.100-1.100L8 6.900z",
	warning: "M8 1.200L15.600 14.500H.400zM7.200 6v4.200h1.600V6zM7.200 11.200v1.600h1.600v-1.600z",
	note: "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1zM7.200 4.200v1.600h1.600V4.200zM7.200 7v4.800h1.600V7z"
};
function SeverityIcon({ severity, size = 14 }) {
	return a("svg", {
		class: `severity ${severity}`,
		viewBox: "0 0 16 16",
		width: size,
		height: size,
		fill: "currentColor",
		"fill-rule": "evenodd",
		"aria-hidden": "true",
		children: a("path", { d: SHAPES[severity] })
	});
}
var SeverityWord = ({ severity }) => a("b", {
	class: `severity ${severity}`,
	children: SEVERITIES[severity]
});
// src/components/findings_bar.tsx
function FindingsBar() {
	const session = useSession();
	const comparing = session.comparing.value;
	return a("section", {
		class: "findings",
		"aria-label": "Findings",
		"data-testid": "findings",
		children: [a("div", {
			class: "findings-lines",
			children: [a(RunFindings, {
				source: session.findings,
				run: session.run.value,
				side: "a",
				named: comparing
			}), comparing && a(RunFindings, {
				source: session.otherFindings,
				run: session.other.value,
				side: "b",
				named: true
			})]
		}), a(ThresholdsButton, {})]
	});
}
function ThresholdsButton() {
	const { thresholds, thresholdsOpen } = useSession();
	const changed = thresholds.value.size;
	return a("button", {
		type: "button",
		class: "button",
		"aria-expanded": thresholdsOpen.value,
		title: "The numbers from which something counts as a problem",
		"data-testid": "thresholds-button",
		onClick: () => thresholdsOpen.value = !thresholdsOpen.value,
		children: ["Thresholds", changed > 0 && `: ${changed} changed`]
	});
}
function RunFindings({ source, run, side, named }) {
	const { data, error, loading } = source.state.value;
	const answer = data?.run === run?.name ? data : void 0;
	return a("div", {
		class: "findings-line",
		"aria-busy": loading,
		"data-testid": `findings-${side}`,
		children: [
			named && a("span", {
				class: "findings-run",
				title: run?.name,
				children: run?.name
			}),
			answer ? a(Chips, {
				findings: answer.findings,
				run,
				side
			}) : error === void 0 && a("span", {
				class: "quiet",
				children: "Looking for problems …"
			}),
			error !== void 0 && a("span", {
				class: "findings-error alarm",
				role: "alert",
				"data-testid": "findings-error",
				children: [a("span", {
					title: error,
					children: ["Findings could not be loaded: ", error]
				}), a("button", {
					type: "button",
					class: "button",
					onClick: () => source.retry(),
					children: "Try again"
				})]
			})
		]
	});
}
function Chips({ findings, run, side }) {
	const [ref, size] = useSize();
	const fitting = useSignal(findings.length);
	const width = size.value.width;
	F$1(() => {
		const chips = [...ref.current?.children ?? []];
		const top = chips[0]?.offsetTop;
		fitting.value = chips.filter((chip) => chip.offsetTop === top).length;
	}, [findings, width]);
	if (!findings.length) return a(NoFindings, { run });
	const more = findings.length - fitting.value;
	return a($, { children: [a("div", {
		class: "chips",
		ref,
		children: findings.map((finding, place) => a(Chip, {
			finding,
			side,
			unseen: place >= fitting.value
		}, keyOf(finding)))
	}), more > 0 && a(MoreFindings, {
		findings,
		more,
		side
	})] });
}
function NoFindings({ run }) {
	const samples = run?.samples ?? 0;
	const names = Object.values(PROBLEMS);
	const looked = `Looked for ${names.join(", ")}.`;
	if (samples < 10) return a("span", {
		class: "quiet",
		"data-testid": "no-findings",
		title: looked,
		children: [
			"No findings yet: ",
			formatCount(samples),
			" ",
			samples === 1 ? "sample" : "samples",
			" are too few for most rules."
		]
	});
	return a("span", {
		class: "quiet",
		"data-testid": "no-findings",
		title: looked,
		children: [
			"No findings. Looked for ",
			names.length,
			" problems in ",
			formatCount(samples),
			" samples:",
			" ",
			names.join(", "),
			"."
		]
	});
}
function Chip({ finding, side, unseen, onPick }) {
	const session = useSession();
	const opened = openedFinding(session);
	const pressed = opened?.side === side && opened.finding === finding;
	return a("button", {
		type: "button",
		class: `chip ${finding.severity}`,
		title: finding.title,
		"aria-pressed": pressed,
		"data-testid": "finding",
		"data-problem": finding.problem,
		"data-severity": finding.severity,
		style: unseen ? { visibility: "hidden" } : void 0,
		onClick: () => {
			openFinding(session, side, finding);
			onPick?.();
		},
		children: [
			a(SeverityIcon, { severity: finding.severity }),
			" ",
			a(SeverityWord, { severity: finding.severity }),
			" ",
			a("span", {
				class: "chip-title",
				children: finding.title
			})
		]
	});
}
function MoreFindings({ findings, more, side }) {
	const { open, around } = useMenu();
	return a("div", {
		class: "menu",
		...around,
		children: [a("button", {
			type: "button",
			class: "button",
			"aria-expanded": open.value,
			"data-testid": "more-findings",
			onClick: () => open.value = !open.value,
			children: [
				"+",
				more,
				" more"
			]
		}), open.value && a("div", {
			class: "menu-items findings-all",
			role: "group",
			"aria-label": "All findings",
			children: findings.map((finding) => a(Chip, {
				finding,
				side,
				onPick: () => open.value = false
			}, keyOf(finding)))
		})]
	});
}
// src/host/clipboard.ts
async function copyText(text) {
	const clipboard = navigator.clipboard;
	if (clipboard) try {
		await clipboard.writeText(text);
		return true;
	} catch {}
	const area = document.createElement("textarea");
	area.value = text;
	area.className = "unseen";
	document.body.append(area);
	area.select();
	const copied = document.execCommand("copy");
	area.remove();
	return copied;
}
// src/views/finding_panel.tsx
function FindingPanel() {
	const opened = openedFinding(useSession());
	return opened ? k$2(Details, {
		...opened,
		key: keyOf(opened.finding)
	}) : null;
}
function Details({ finding, side }) {
	const session = useSession();
	const ref = T$1(null);
	A$1(() => {
		if (document.activeElement?.closest(".findings")) ref.current?.focus({ preventScroll: true });
		ref.current?.scrollIntoView({ block: "nearest" });
	}, []);
	const run = side === "a" ? session.run.value : session.other.value;
	return a("section", {
		class: "finding-panel",
		ref,
		tabIndex: -1,
		"aria-label": `Finding: ${finding.title}`,
		"data-testid": "finding-panel",
		"data-problem": finding.problem,
		children: [
			a("header", { children: [
				a(SeverityIcon, {
					severity: finding.severity,
					size: 18
				}),
				a("h2", { children: finding.title }),
				a(IconButton, {
					label: "Close the finding (Esc)",
					onClick: () => closeFinding(session),
					testId: "close-finding",
					children: a("path", { d: "M4.300 3.200L8 6.900l3.700-3.700 1.100 1.100L9.100 8l3.700 3.700-1.100 1.100L8 9.100l-3.700 3.700-1.100-1.100L6.900 8 3.200 4.300z" })
				})
			] }),
			a("p", {
				class: "quiet",
				children: [
					a(SeverityWord, { severity: finding.severity }),
					" ·",
					" ",
					a("span", {
						title: "How sure the rule is that this is a problem of the training",
						children: [formatPercent(finding.confidence), " sure"]
					}),
					" ",
					"· steps ",
					formatCount(finding.first_step),
					" to ",
					formatCount(finding.last_step),
					finding.ongoing ? ", still so at the end" : ", over at the end",
					session.comparing.value && run && ` · ${run.name}`
				]
			}),
			a("p", { children: finding.cause }),
			a(EvidenceTable, { finding }),
			finding.advice.length > 0 && a($, { children: [a("h3", { children: "What to try, in this order" }), a("ol", { children: finding.advice.map((advice, place) => a(AdviceItem, { advice }, place)) })] }),
			finding.related.length > 0 && a($, { children: [a("h3", { children: "It explains" }), a("div", {
				class: "related",
				children: finding.related.map((related) => a(Chip, {
					finding: related,
					side
				}, keyOf(related)))
			})] })
		]
	});
}
function EvidenceTable({ finding }) {
	if (!finding.evidence.length) return null;
	return a("table", {
		class: "evidence",
		"aria-label": "Numbers that this rests on",
		children: [a("thead", { children: a("tr", { children: [
			a("th", { children: "Number" }),
			a("th", {
				class: "number",
				children: "Value"
			}),
			a("th", {
				class: "number",
				title: "What the value was held against",
				children: "Limit"
			})
		] }) }), a("tbody", { children: finding.evidence.map((evidence, place) => a(EvidenceRow, {
			finding,
			evidence
		}, place)) })]
	});
}
function EvidenceRow({ finding, evidence }) {
	const session = useSession();
	const { name, kind, statistic, row, text, value, threshold, unit } = evidence;
	const source = [
		TIME_KINDS[kind],
		statistic,
		row
	].filter(Boolean).join(", ");
	return a("tr", {
		"data-testid": "evidence",
		"data-value": value ?? "",
		children: [
			a("th", {
				scope: "row",
				children: kind in TIME_KINDS ? a("button", {
					type: "button",
					class: "link",
					title: `Show over time: ${source}`,
					onClick: () => openEvidence(session, finding, evidence),
					children: name
				}) : name
			}),
			a("td", {
				class: "number",
				children: text
			}),
			a("td", {
				class: "number quiet",
				children: threshold === null ? "" : limitText(threshold, unit)
			})
		]
	});
}
function limitText(threshold, unit) {
	if (unit === "%") return formatPercent(threshold);
	return unit ? `${formatNumber(threshold)} ${unit}` : formatNumber(threshold);
}
function AdviceItem({ advice: { text, code } }) {
	const copied = useSignal(false);
	return a("li", { children: [text, code && a("div", {
		class: "code",
		children: [a("pre", { children: a("code", { children: code }) }), a("button", {
			type: "button",
			class: "button",
			"aria-label": `Copy: ${text}`,
			onClick: () => void copyText(code).then((done) => copied.value = done),
			children: copied.value ? "Copied" : "Copy"
		})]
	})] });
}
// src/views/thresholds_panel.tsx
function ThresholdsPanel() {
	const session = useSession();
	const ref = T$1(null);
	const open = session.thresholdsOpen.value;
	A$1(() => {
		if (open) ref.current?.focus({ preventScroll: true });
	}, [open]);
	if (!open) return null;
	const { thresholds } = session.settings;
	return a("section", {
		class: "finding-panel",
		ref,
		tabIndex: -1,
		"aria-label": "Thresholds",
		"data-testid": "thresholds",
		children: [
			a("header", { children: [
				a("h2", { children: "Thresholds" }),
				a("button", {
					type: "button",
					class: "button",
					disabled: !thresholds.value,
					onClick: () => thresholds.value = "",
					"data-testid": "reset-thresholds",
					children: "Reset all"
				}),
				a(IconButton, {
					label: "Close",
					onClick: () => session.thresholdsOpen.value = false,
					children: a("path", { d: "M4.300 3.200L8 6.900l3.700-3.700 1.100 1.100L9.100 8l3.700 3.700-1.100 1.100L8 9.100l-3.700 3.700-1.100-1.100L6.900 8 3.200 4.300z" })
				})
			] }),
			a("p", {
				class: "quiet",
				children: "From which number on something is reported. Changes hold for this tab and are in its address."
			}),
			a(Pending, {
				loaded: session.findings.state.value,
				retry: () => session.findings.retry(),
				children: (answer) => a("ul", {
					class: "thresholds",
					children: answer.thresholds.map((threshold) => a(ThresholdRow, { threshold }, threshold.name))
				})
			})
		]
	});
}
var capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
var SLIDER_STEPS = 1e3;
function ThresholdRow({ threshold }) {
	const session = useSession();
	const { name, low, high, definition, source } = threshold;
	const { thresholds } = session.settings;
	const set = (value) => {
		const kept = value === threshold.default ? void 0 : value;
		thresholds.value = setThreshold(thresholds.peek(), name, kept);
	};
	const scale = sliderScale(low, high);
	const title = name.replaceAll("_", " ");
	const changed = session.thresholds.value.has(name);
	const value = session.thresholds.value.get(name) ?? threshold.default;
	return a("li", {
		class: changed ? "changed" : "",
		children: [
			a("div", {
				class: "threshold-name",
				children: [a("b", { children: title }), changed && a("button", {
					type: "button",
					class: "link",
					onClick: () => set(void 0),
					children: ["reset to ", formatNumber(threshold.default)]
				})]
			}),
			a("input", {
				type: "range",
				"aria-label": title,
				min: 0,
				max: SLIDER_STEPS,
				value: SLIDER_STEPS * scale.position(value),
				"aria-valuetext": formatNumber(value),
				onChange: (event) => set(scale.value(Number(event.currentTarget.value) / SLIDER_STEPS))
			}),
			a("input", {
				type: "number",
				"aria-label": `${title}, as a number`,
				min: low,
				max: high,
				step: "any",
				value,
				title: `From ${formatNumber(low)} to ${formatNumber(high)}`,
				"data-testid": `threshold-${name}`,
				onChange: (event) => {
					const given = event.currentTarget.valueAsNumber;
					if (Number.isFinite(given) && given >= low && given <= high) set(given);
					else event.currentTarget.value = String(value);
				}
			}),
			a("p", { children: [
				capital(definition),
				".",
				" ",
				a("span", {
					class: "quiet",
					children: [
						"Default ",
						formatNumber(threshold.default),
						": ",
						source,
						"."
					]
				})
			] })
		]
	});
}
var readPins = (pins) => pins.split("\n").filter(Boolean).slice(0, 4);
function togglePin(pins, path) {
	const now = readPins(pins);
	return (now.includes(path) ? now.filter((each) => each !== path) : [...now, path]).slice(-4).join("\n");
}
// src/views/layer_series.tsx
var SELECTIONS = [
	{
		title: "Gradient, L2 norm",
		kind: "gradient",
		statistic: "l2"
	},
	{
		title: "Update ratio",
		kind: "update",
		statistic: "ratio"
	},
	{
		title: "Weights, L2 norm",
		kind: "weight",
		statistic: "l2"
	},
	{
		title: "Output, standard deviation",
		kind: "activation",
		statistic: "std"
	}
];
function LayerSeries({ layer, tables, children }) {
	return a("div", {
		class: "tracks",
		children: [SELECTIONS.map((selection) => a(LayerTrack, {
			selection,
			layer,
			tables
		}, `${selection.kind}.${selection.statistic}`)), children]
	});
}
function LayerTrack({ selection, layer, tables }) {
	const table = tables.get(selection.kind);
	const lines = w$2(() => linesOf$1(layer, tables, selection), [layer, table]);
	if (!table || !lines.length) return null;
	const info = statisticInfo(selection.statistic);
	return a(Track, {
		title: selection.title,
		definition: table.definitions[selection.statistic] || info.definition,
		steps: table.steps,
		lines,
		log: info.scale === "log",
		format: info.format,
		label: `${selection.title} of ${layer.path} over the run`
	});
}
function linesOf$1(layer, tables, { kind, statistic }) {
	const table = tables.get(kind);
	if (!table) return [];
	return (kind === "activation" ? layer.sites.map((site) => site.name) : layer.variables.map((variable) => variable.path)).flatMap((name, index) => {
		const values = tableRow(table, name, statistic);
		if (!values) return [];
		return [{
			name: name === layer.path ? "output" : splitPath(name)[1],
			values,
			colour: `series-${index % 4 + 1}`,
			isMissing: (column) => isMissing(table, name, statistic, column)
		}];
	});
}
// src/views/layer_rank.tsx
function LayerRank({ layer }) {
	const session = useSession();
	const kind = "representation";
	const statistics = OVERVIEW_STATISTICS[kind];
	const table = useResource(session.client, () => session.has(kind) ? session.request((run) => tableQuery({
		run,
		kind,
		statistics
	})) : void 0, session.host.visible).data;
	const lines = w$2(() => {
		const [site] = layer.sites;
		const values = site && table && tableRow(table, site.name, statistics[0]);
		return values ? [{
			name: "output",
			values,
			colour: "series-1",
			spanGaps: true
		}] : [];
	}, [layer, table]);
	if (!table || !lines.length) return null;
	return a(Track, {
		title: "Effective rank",
		definition: statisticInfo("effective_rank").definition,
		steps: table.steps,
		lines,
		log: false,
		format: "count",
		label: `Effective rank of the output of ${layer.path} at each snapshot`
	});
}
// src/components/step_axis.tsx
function StepAxis({ width, gutter }) {
	return a("div", {
		class: "axis-row",
		style: gutter === void 0 ? {} : { "--gutter": px(gutter) },
		children: [a("span", {
			class: "axis-name",
			children: "step"
		}), a(TimeAxis, { width })]
	});
}
// src/draw/dead.ts
var DEAD_CODE = 254;
var DEAD_COLOUR = 4279521768;
function markDead(codes, dead) {
	return codes.map((code, index) => {
		if (code === 255) return code;
		return dead[index] ? DEAD_CODE : Math.min(code, DEAD_CODE - 1);
	});
}
function withDead(colours) {
	const table = colours.slice();
	table[DEAD_CODE] = DEAD_COLOUR;
	return table;
}
// src/components/unit_heatmap.tsx
function useUnitCodes(units, order) {
	return w$2(() => {
		const columns = units.steps.length;
		const coded = encode({
			rows: units.units,
			columns,
			values: units.maxAbs
		}, "linear");
		const codes = markDead(coded.codes, units.dead);
		return {
			...coded,
			codes: order ? takeRows(codes, columns, order) : codes
		};
	}, [units, order]);
}
function UnitHeatmap(props) {
	const { units, coded, order, testId, markedRow, onPickRow, onMoveRow } = props;
	const session = useSession();
	const theme = session.host.theme.value;
	const map = session.settings.colours.value;
	const colours = w$2(() => withDead(colourTable(map, theme)), [map, theme]);
	const columns = units.steps.length;
	return a(Heatmap, {
		coded,
		rows: units.units,
		columns,
		firstSteps: units.firstSteps,
		domain: session.domain.value,
		colours,
		label: `${formatCount(units.units)} units of ${units.site} over ${formatCount(columns)} steps`,
		testId,
		...markedRow !== void 0 && { marked: [markedRow, markedRow + 1] },
		...onMoveRow && { onMoveRow },
		onHover: (hit) => showUnit(units, order?.[hit.row] ?? hit.row, hit),
		onPick: ({ row, column }) => {
			onPickRow?.(row);
			session.goTo(units.steps[column]);
		}
	});
}
function showUnit(units, unit, { column, x, y }) {
	const [first, last] = [units.firstSteps[column], units.steps[column]];
	const since = deadSince(units, unit, column);
	showTooltip(x, y, {
		title: `${units.site}, unit ${unit}`,
		lines: [first === last ? {
			label: "step",
			value: formatCount(last)
		} : {
			label: "steps",
			value: `${formatCount(first)} – ${formatCount(last)}`
		}, {
			label: "largest |output|",
			value: formatNumber(units.maxAbs[unit * units.steps.length + column])
		}],
		...since >= 0 && { note: `Dead since step ${formatCount(units.steps[since])}: zero in all ${formatCount(units.windowSamples[column])} batches of the window, ${units.window}.` }
	});
}
function UnitLegend({ units, coded, column }) {
	const { settings, host } = useSession();
	const dead = column < 0 ? 0 : deadCount(units, column);
	return a($, { children: [
		a("span", {
			class: "reading",
			children: [
				"0",
				" ",
				a("i", {
					class: "gradient",
					style: { background: cssGradient(settings.colours.value, host.theme.value) }
				}),
				" ",
				formatNumber(coded.scale.high)
			]
		}),
		coded.nonfinite > 0 && a("span", {
			class: "reading alarm",
			children: [a("i", {
				class: "swatch",
				style: { background: nonfiniteColour }
			}), "NaN, Inf"]
		}),
		a("span", {
			class: "reading",
			title: `Dead: zero for every input of ${units.window}`,
			"data-testid": "dead-units",
			"data-value": dead,
			children: [
				a("i", { class: "swatch dead" }),
				a("b", {
					class: dead ? "dead" : "",
					children: [
						formatCount(dead),
						" of ",
						formatCount(units.units)
					]
				}),
				" ",
				"dead"
			]
		})
	] });
}
// src/views/layer_units.tsx
var HIGHEST_UNIT$1 = 12;
var siteWithUnits = (layer) => layer?.sites.find((candidate) => candidate.units > 0);
function useUnits() {
	const session = useSession();
	return useResource(session.client, () => {
		const site = siteWithUnits(session.layer.value);
		return site && session.has("units") ? session.request((run) => unitsQuery(run, site.name)) : void 0;
	}, session.host.visible);
}
function LayerUnits({ layer }) {
	const session = useSession();
	const units = useUnits();
	if (!siteWithUnits(layer)) return a("p", {
		class: "quiet units-note",
		children: "No units are recorded of this layer."
	});
	if (!session.has("units")) return a("p", {
		class: "quiet units-note",
		children: "Units are not recorded in this run (units=False)."
	});
	return a(Pending, {
		loaded: units.state.value,
		retry: () => units.retry(),
		class: "units",
		children: (data) => a(UnitMap, { units: data })
	});
}
function UnitMap({ units }) {
	const session = useSession();
	const [ref, size] = useSize();
	const coded = useUnitCodes(units);
	const step = session.step.value;
	return a("section", {
		class: "track unit-track",
		"data-testid": "unit-map",
		children: [
			a("header", { children: [
				a("h3", {
					title: "Largest magnitude of each unit over the sampled batch.",
					children: "Units, largest |output| in the batch"
				}),
				a("span", { class: "spring" }),
				a(UnitLegend, {
					units,
					coded,
					column: step === void 0 ? -1 : sampleAt(units.steps, step)
				})
			] }),
			a("div", {
				class: "unit-frame",
				style: { maxHeight: px(units.units * HIGHEST_UNIT$1 + 4) },
				children: [a("div", {
					class: "unit-axis",
					style: { width: px(58) },
					children: [a("span", { children: "unit 0" }), a("span", { children: units.units - 1 })]
				}), a("div", {
					class: "unit-plot",
					ref,
					children: a(UnitHeatmap, {
						units,
						coded,
						testId: "units"
					})
				})]
			}),
			a(StepAxis, {
				width: size.value.width,
				gutter: 58
			})
		]
	});
}
// src/components/full_value.ts
function showFullValue({ target }) {
	const cell = target instanceof Element ? target.closest("td[data-value]") : null;
	if (!cell) return;
	cell.title = cell.dataset.value !== "" ? cell.dataset.value : "does not apply, or not recorded";
}
// src/views/layer_values.tsx
var COLUMNS$1 = [
	"l2",
	"mean",
	"std",
	"max_abs",
	"zero_fraction",
	"nonfinite_count"
];
function LayerValues({ layer, tables }) {
	return a("table", {
		class: "values",
		"aria-label": "Values at the shown step",
		onPointerOver: showFullValue,
		children: [
			a("thead", { children: a("tr", { children: [
				a("td", {}),
				COLUMNS$1.map((statistic) => a("th", {
					class: "number",
					title: definitionOf(tables, statistic),
					children: statisticInfo(statistic).short
				}, statistic)),
				a("td", {})
			] }) }),
			layer.variables.map((variable) => a("tbody", { children: a(TensorRows, {
				title: splitPath(variable.path)[1],
				name: variable.path,
				kinds: [
					"gradient",
					"weight",
					"update"
				],
				tables
			}) }, variable.path)),
			layer.sites.map((site) => a("tbody", { children: a(TensorRows, {
				title: site.name === layer.path ? "output" : site.name,
				name: site.name,
				kinds: ["activation"],
				tables
			}) }, site.name))
		]
	});
}
function definitionOf(tables, statistic) {
	return [...tables.values()][0]?.definitions[statistic] || statisticInfo(statistic).definition;
}
function TensorRows({ title, name, kinds, tables }) {
	const recorded = kinds.filter((kind) => tables.get(kind)?.names.includes(name));
	if (!recorded.length) return a("tr", { children: [a("th", {
		scope: "row",
		children: title
	}), a("td", {
		colSpan: COLUMNS$1.length + 1,
		class: "missing",
		children: tables.size ? "not recorded" : ""
	})] });
	return a($, { children: recorded.map((kind) => a("tr", {
		"data-row": name,
		"data-kind": kind,
		children: [
			a("th", {
				scope: "row",
				title: name,
				children: [title, kind === "activation" ? "" : a("span", {
					class: "class-name",
					children: [" ", kind]
				})]
			}),
			COLUMNS$1.map((statistic) => a(ValueCell, {
				table: tables.get(kind),
				name,
				statistic
			}, statistic)),
			a(ExtraCell, {
				table: tables.get(kind),
				name
			})
		]
	}, kind)) });
}
function valueAt$1({ table, name, statistic }, step) {
	if (step === void 0) return void 0;
	const column = sampleAt(table.steps, step);
	if (isMissing(table, name, statistic, column)) return void 0;
	return tableRow(table, name, statistic)?.[column];
}
function ValueCell(props) {
	const value = valueAt$1(props, useSession().step.value);
	const { format } = statisticInfo(props.statistic);
	return a("td", {
		class: `number ${value !== void 0 && (!Number.isFinite(value) || props.statistic === "nonfinite_count" && value > 0) ? "alarm" : ""}`,
		"data-statistic": `${props.table.kind}.${props.statistic}`,
		"data-value": value ?? "",
		children: a("span", {
			class: props.statistic === "nonfinite_count" ? "" : "value",
			children: value === void 0 ? "–" : formatValue(value, format)
		})
	});
}
function ExtraCell({ table, name }) {
	const step = useSession().step.value;
	return a("td", {
		class: "number extra",
		children: statisticsOf(table.kind).filter((statistic) => !COLUMNS$1.includes(statistic)).map((statistic) => ({
			statistic,
			value: valueAt$1({
				table,
				name,
				statistic
			}, step)
		})).filter(({ value }) => value !== void 0).map(({ statistic, value }) => a("span", {
			title: table.definitions[statistic] || statisticInfo(statistic).definition,
			class: Number.isFinite(value) ? "" : "alarm",
			"data-statistic": `${table.kind}.${statistic}`,
			"data-value": value,
			children: [
				formatValue(value, statisticInfo(statistic).format),
				" ",
				a("i", { children: statisticInfo(statistic).short })
			]
		}, statistic))
	});
}
// src/views/layer_panel.tsx
function LayerPanel() {
	const session = useSession();
	const layer = session.layer.value;
	if (layer) return a(LayerContent, { layer });
	return a(Pending, {
		loaded: session.model.state.value,
		retry: () => session.model.retry(),
		children: () => a("p", {
			class: "quiet units-note",
			children: "No layers are recorded."
		})
	});
}
function LayerContent({ layer }) {
	const session = useSession();
	const series = useResource(session.client, () => {
		const path = session.layer.value?.path;
		return path === void 0 ? void 0 : session.request((run) => seriesQuery(run, path));
	}, session.host.visible);
	return a("div", {
		class: "layer-panel",
		"data-testid": "layer-panel",
		"data-layer": layer.path,
		children: [
			a(LayerHeader$1, { layer }),
			a(Pending, {
				loaded: series.state.value,
				retry: () => series.retry(),
				children: (data) => a(LayerNumbers, { series: data })
			}),
			session.settings.view.value !== "units" && a(LayerUnits, { layer }),
			session.has("activation_function") && a(LayerFunctions, { layer })
		]
	});
}
function LayerNumbers({ series: { layer: path, tables } }) {
	const session = useSession();
	const layer = session.layers.value.find((candidate) => candidate.path === path);
	if (!layer) return null;
	return a($, { children: [a(LayerValues, {
		layer,
		tables: session.exact.value ?? tables
	}), a(LayerSeries, {
		layer,
		tables,
		children: session.has("representation") && a(LayerRank, { layer })
	})] });
}
function LayerHeader$1({ layer: { info, path } }) {
	const { pins } = useSession().settings;
	const facts = [
		info.class_name,
		info.activation && info.activation !== "linear" ? info.activation : "",
		info.output_shape.length ? formatShape(info.output_shape) : "",
		info.parameters ? `${formatCount(info.parameters)} parameters` : "",
		info.trainable ? "" : "frozen"
	].filter(Boolean);
	return a("header", { children: [a("div", {
		class: "layer-title",
		children: [a("h2", {
			title: path,
			children: path
		}), a("button", {
			type: "button",
			class: "button",
			"aria-pressed": readPins(pins.value).includes(path),
			title: "A pinned layer keeps its line in Over time, whatever is selected",
			"data-testid": "pin",
			onClick: () => pins.value = togglePin(pins.peek(), path),
			children: readPins(pins.value).includes(path) ? "Pinned" : "Pin"
		})]
	}), a("p", { children: facts.join(" · ") })] });
}
// src/components/legend.tsx
function Legend({ coded, map, theme, format }) {
	const { scale, zeros, nonfinite } = coded;
	const [low, high] = endLabels(coded, format);
	return a("div", {
		class: "legend",
		"data-testid": "legend",
		children: [
			a("span", {
				class: "number",
				children: low
			}),
			a("i", {
				class: "gradient",
				style: { background: cssGradient(map, theme) }
			}),
			a("span", {
				class: "number",
				children: high
			}),
			scale.name === "relative" && a("span", { children: "of the row’s median" }),
			zeros > 0 && a("span", {
				title: `${formatCount(zeros)} cells are exactly zero`,
				children: [a("i", {
					class: "swatch",
					style: { background: zeroColour(theme) }
				}), "0"]
			}),
			a("span", {
				class: nonfinite ? "alarm" : "",
				title: `${formatCount(nonfinite)} cells are NaN or infinite`,
				"data-testid": "legend-nonfinite",
				"data-value": nonfinite,
				children: [
					a("i", {
						class: "swatch",
						style: { background: nonfiniteColour }
					}),
					"NaN, Inf",
					nonfinite ? `: ${formatCount(nonfinite)}` : ""
				]
			})
		]
	});
}
function endLabels({ scale }, format) {
	if (scale.name !== "relative") return [formatValue(scale.low, format), formatValue(scale.high, format)];
	const factor = 2 ** scale.high;
	const text = factor < 10 ? factor.toPrecision(2) : Math.round(factor).toString();
	return [`÷ ${text}`, `× ${text}`];
}
// src/draw/quantiles.ts
function columnQuantiles({ rows, columns, values }, shares, isMissing = () => false) {
	const lines = shares.map(() => new Float32Array(columns).fill(NaN));
	const nonfinite = new Uint8Array(columns);
	const found = new Float32Array(rows);
	for (let column = 0; column < columns; column++) {
		let count = 0;
		for (let row = 0; row < rows; row++) {
			const index = row * columns + column;
			if (Number.isFinite(values[index])) found[count++] = values[index];
			else if (!isMissing(index)) nonfinite[column] = 1;
		}
		if (!count) continue;
		const sorted = found.subarray(0, count).sort();
		shares.forEach((share, place) => lines[place][column] = quantile(sorted, share));
	}
	return {
		lines,
		nonfinite
	};
}
function quantile(sorted, share) {
	const at = share * (sorted.length - 1);
	const below = Math.floor(at);
	const above = Math.min(sorted.length - 1, below + 1);
	return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}
// src/views/over_time_lines.tsx
var MOST_LINES$1 = 16;
var MOST_NAMED$1 = 6;
function OverTimeLines(props) {
	const { names, grid, isMissing, steps, log, gutter, format, title } = props;
	const session = useSession();
	const { lineForm, pins } = session.settings;
	const form = lineForm.value;
	const bands = form === "bands" || form === "auto" && names.length > MOST_LINES$1;
	const background = w$2(() => bands ? bandLines(grid, isMissing) : plainLines(names, grid, isMissing), [grid, bands]);
	const layer = session.layer.value;
	const found = session.layerFindings.value;
	const named = w$2(() => namedLines(session, names, grid, isMissing), [
		grid,
		layer,
		pins.value,
		found
	]);
	const lines = w$2(() => [...background, ...named], [background, named]);
	const step = session.step.value;
	const at = step === void 0 ? -1 : sampleAt(steps, step);
	return a($, { children: [a("div", {
		class: "line-legend",
		"data-testid": "line-legend",
		children: [a("button", {
			type: "button",
			class: "button",
			"aria-pressed": bands,
			title: "Quantiles of all rows: half of them lie in the darker band, 80 % in the whole one; the line is the median",
			"data-testid": "bands",
			onClick: () => lineForm.value = bands ? "lines" : "bands",
			children: "Quantile bands"
		}), named.map((line) => a("span", {
			class: "reading",
			"data-row": line.name,
			children: [
				a("i", {
					class: "dash",
					style: { background: `var(--${line.colour})` }
				}),
				line.name,
				" ",
				a("b", { children: at < 0 ? "" : formatValue(line.values[at], format) })
			]
		}, line.name))]
	}), a("div", {
		class: "lines-frame",
		children: a(Chart, {
			steps,
			lines,
			domain: session.domain.value,
			log,
			gutter,
			format: (value) => format === "number" ? formatTick(value) : formatValue(value, format),
			label: `${title} ${bands ? "as quantiles of all rows" : "as lines"}; selected, pinned and worst layers in colour`,
			onPick: (picked) => session.goTo(picked)
		})
	})] });
}
function lineOf(name, row, grid, isMissing) {
	const start = row * grid.columns;
	return {
		name,
		values: grid.values.subarray(start, start + grid.columns),
		isMissing: (column) => isMissing(start + column),
		colour: "line-other",
		width: 1
	};
}
var plainLines = (names, grid, isMissing) => names.map((name, row) => lineOf(name, row, grid, isMissing));
function bandLines(grid, isMissing) {
	const { lines, nonfinite } = columnQuantiles(grid, [
		.1,
		.9,
		.25,
		.75,
		.5
	], isMissing);
	const edge = {
		colour: "quantile",
		width: .5,
		isMissing: () => true
	};
	const nowhere = new Float32Array(grid.columns).fill(NaN);
	return [
		{
			...edge,
			name: "10 %",
			values: lines[0]
		},
		{
			...edge,
			name: "90 %",
			values: lines[1],
			fillTo: 0
		},
		{
			...edge,
			name: "25 %",
			values: lines[2]
		},
		{
			...edge,
			name: "75 %",
			values: lines[3],
			fillTo: 2
		},
		{
			name: "median",
			values: lines[4],
			colour: "muted",
			width: 1,
			isMissing: () => true
		},
		{
			name: "",
			values: nowhere,
			colour: "muted",
			isMissing: (column) => !nonfinite[column]
		}
	];
}
function namedLines(session, names, grid, isMissing) {
	const layers = session.layers.value;
	const pinned = readPins(session.settings.pins.value);
	const found = session.layerFindings.value;
	const worst = Math.max(1, ...[...found.values()].map(([first]) => rankOf(first)));
	return names.map((name, row) => {
		const path = layerOfRow(layers, name)?.path ?? "";
		return {
			name,
			row,
			rank: names.length === 1 || path === session.layer.value?.path ? 0 : pinned.includes(path) ? 1 : rankOf(found.get(path)?.[0]) === worst ? 2 : 3
		};
	}).filter(({ rank }) => rank < 3).sort((a, b) => a.rank - b.rank).slice(0, MOST_NAMED$1).map(({ name, row, rank }, place) => ({
		...lineOf(name, row, grid, isMissing),
		colour: rank === 2 ? "error" : `series-${place % 4 + 1}`,
		width: rank ? 1.5 : 2,
		...rank === 2 && { dash: [5, 3] }
	})).reverse();
}
// src/views/over_time.tsx
var HIGHEST_ROW = 30;
function OverTime() {
	const session = useSession();
	const { kind, statistic } = session.settings;
	const table = useResource(session.client, () => {
		const name = kind.value;
		if (!session.has(name)) return void 0;
		return session.request((run) => metricQuery(run, name, statistic.value, session.pooled.value));
	}, session.host.visible);
	if (!session.has(kind.value)) return a($, { children: [a(Controls, {}), a(NotRecorded, {
		what: `${TIME_KINDS[kind.value]} statistics are not recorded in this run`,
		how: kind.value in KINDS$1 ? `Choose another metric, or record them with InspectCallback(${kind.value}s=True).` : "Choose another metric above."
	})] });
	return a(Pending, {
		loaded: table.state.value,
		retry: () => table.retry(),
		class: "over-time",
		children: (data) => a(Picture$1, { table: data })
	});
}
function Controls() {
	const { scale, statistic } = useSession().settings;
	const effective = scale.value === "auto" ? statisticInfo(statistic.value).scale : scale.value;
	return a($, { children: [
		a(MetricControls, {}),
		a(Choice, {
			label: "Scale",
			testId: "scale",
			value: effective,
			options: [
				[
					"log",
					"Log",
					"Colours by the logarithm of the value"
				],
				[
					"linear",
					"Linear",
					"Colours by the value; around zero where there are negative ones"
				],
				[
					"relative",
					"Relative",
					"Colours by the ratio to the row’s own median over the run"
				]
			],
			onChange: (next) => scale.value = next
		}),
		a(ColourSelect, {})
	] });
}
function filterTable(table, statistic, matches) {
	const rows = table.names.flatMap((name, row) => matches(name) ? [row] : []);
	const columns = table.steps.length;
	const gather = (pool) => {
		const all = table.values.get(valuesKey(statistic, pool));
		if (!all) return void 0;
		if (rows.length === table.names.length) return all;
		const values = new Float32Array(rows.length * columns);
		rows.forEach((row, place) => {
			values.set(all.subarray(row * columns, (row + 1) * columns), place * columns);
		});
		return values;
	};
	const last = gather("last");
	return {
		names: rows.map((row) => table.names[row]),
		columns,
		last,
		min: gather("min") ?? last,
		max: gather("max") ?? last
	};
}
function Picture$1({ table }) {
	const session = useSession();
	const { settings, host } = session;
	const statistic = [...table.values.keys()][0].split("/")[0];
	const info = statisticInfo(statistic);
	const { matches } = session.filter.value;
	const rows = w$2(() => filterTable(table, statistic, matches), [table, matches]);
	const scale = settings.scale.value === "auto" ? info.scale : settings.scale.value;
	const coded = w$2(() => encode({
		rows: rows.names.length,
		columns: rows.columns,
		values: rows.max
	}, scale, missingTest(table, rows, statistic), info.format === "percent" && scale === "linear" ? [0, 1] : void 0), [rows, scale]);
	const map = coded.scale.diverging ? "diverging" : settings.colours.value;
	const theme = host.theme.value;
	const [ref, size] = useSize();
	const heatHeight = heatmapHeight(rows.names.length, size.value.height);
	const gutter = w$2(() => gutterOf(rows.names), [rows]);
	const marked = useComputed(() => markedRows(rows.names, session.layer.value)).value;
	const missing = w$2(() => missingTest(table, rows, statistic), [table, rows]);
	const grid = w$2(() => ({
		rows: rows.names.length,
		columns: rows.columns,
		values: rows.last
	}), [rows]);
	const pick = ({ row, column }) => {
		const chosen = row === void 0 ? void 0 : layerOfRow(session.layers.peek(), rows.names[row]);
		if (chosen) settings.layer.value = chosen.path;
		session.goTo(table.steps[column]);
	};
	const definition = table.definitions[statistic] || info.definition;
	const sheet = w$2(() => overTime(`${TIME_KINDS[table.kind] ?? table.kind} ${info.title}`, table.steps, rows.names, (row, column) => rows.last[row * rows.columns + column]), [table, rows]);
	return a($, { children: [a("div", {
		class: "view-bar",
		children: [
			a(Controls, {}),
			a("span", {
				class: "info",
				title: definition,
				tabIndex: 0,
				role: "note",
				"aria-label": definition,
				children: "i"
			}),
			a("span", { class: "spring" }),
			a(Legend, {
				coded,
				map,
				theme,
				format: info.format
			})
		]
	}), a(WithTable, {
		sheet,
		children: a("div", {
			class: "time-plots",
			ref,
			style: { "--gutter": px(gutter) },
			children: [
				a("div", {
					class: "heatmap-frame",
					style: { height: px(heatHeight) },
					children: [a(RowLabels, {
						names: rows.names,
						height: heatHeight
					}), a(Heatmap, {
						coded,
						rows: rows.names.length,
						columns: rows.columns,
						firstSteps: table.firstSteps,
						domain: session.domain.value,
						colours: colourTable(map, theme),
						label: `${TIME_KINDS[table.kind] ?? table.kind} ${info.title} of ${rows.names.length} rows over ${rows.columns} steps`,
						testId: "heatmap",
						marked,
						onHover: (hit) => showCell(hit, table, rows, statistic),
						onPick: pick
					})]
				}),
				a(StepAxis, { width: size.value.width - gutter }),
				a(OverTimeLines, {
					names: rows.names,
					grid,
					isMissing: missing,
					steps: table.steps,
					log: scale !== "linear" && !coded.scale.diverging ? true : scale === "relative",
					gutter,
					format: info.format,
					title: info.title
				})
			]
		})
	})] });
}
function missingTest(table, rows, statistic) {
	return (index) => {
		const name = rows.names[Math.floor(index / rows.columns)];
		return isMissing(table, name, statistic, index % rows.columns);
	};
}
function heatmapHeight(rows, available) {
	const wanted = rows * HIGHEST_ROW + 4;
	return Math.max(40, Math.min(wanted, Math.floor(available * (rows > 40 ? .72 : .6))));
}
function showCell(hit, table, rows, statistic) {
	const info = statisticInfo(statistic);
	const index = hit.row * rows.columns + hit.column;
	const [first, last] = [table.firstSteps[hit.column], table.steps[hit.column]];
	const pooled = first !== last;
	const write = (value) => formatValue(value, info.format);
	showTooltip(hit.x, hit.y, {
		title: rows.names[hit.row],
		lines: pooled ? [
			{
				label: "steps",
				value: `${formatCount(first)} – ${formatCount(last)}`
			},
			{
				label: "smallest",
				value: write(rows.min[index])
			},
			{
				label: "largest",
				value: write(rows.max[index])
			}
		] : [{
			label: "step",
			value: formatCount(last)
		}, {
			label: info.title,
			value: write(rows.last[index])
		}],
		note: table.definitions[statistic] || info.definition
	});
}
// src/draw/sparkline.ts
function sparkline(values, firstSteps, domain, width, height, log, isMissing = () => false) {
	const [low, high] = range(values, log);
	const y = (value) => {
		const position = log ? Math.log(Math.max(value, low) / low) : value - low;
		const whole = log ? Math.log(high / low) : high - low;
		const share = whole > 0 ? position / whole : .5;
		return Math.round((height - 1 - share * (height - 2)) * 10) / 10;
	};
	const nonfinite = [];
	let path = "";
	let pen = "M";
	for (const point of points(values, firstSteps, domain, width, isMissing)) {
		const x = Math.round(point.x * 10) / 10;
		if (point.nonfinite) addStretch(nonfinite, x, point.end - point.x);
		if (point.low > point.high) {
			pen = "M";
			continue;
		}
		const [bottom, top] = [y(point.low), y(point.high)];
		path += `${pen}${x} ${bottom}`;
		if (top !== bottom) path += `L${x} ${top}`;
		pen = "L";
	}
	return {
		path,
		nonfinite
	};
}
function addStretch(stretches, x, width) {
	const last = stretches.at(-1);
	if (last && last[0] + last[1] >= x - .1) last[1] = x + width - last[0];
	else stretches.push([x, width]);
}
function points(values, firstSteps, domain, width, isMissing) {
	if (values.length <= width) return Array.from(values, (_, index) => ({
		x: stepToX(firstSteps[index], domain, width),
		end: stepToX(firstSteps[index + 1] ?? domain.end, domain, width),
		...extentOf(values, index, index + 1, isMissing)
	}));
	const spans = columnSpans(firstSteps, domain, width);
	return Array.from(spans.from, (from, x) => ({
		x,
		end: x + 1,
		...extentOf(values, from, spans.to[x], isMissing)
	}));
}
function range(values, log) {
	let [low, high] = [Infinity, -Infinity];
	for (const value of values) {
		if (!Number.isFinite(value) || log && value <= 0) continue;
		low = Math.min(low, value);
		high = Math.max(high, value);
	}
	return low <= high ? [low, high] : [1, 1];
}
function extentOf(values, from, to, isMissing) {
	let [low, high, nonfinite] = [
		Infinity,
		-Infinity,
		false
	];
	for (let column = from; column < to; column++) {
		const value = values[column];
		if (Number.isFinite(value)) {
			low = Math.min(low, value);
			high = Math.max(high, value);
		} else if (!isMissing(column)) nonfinite = true;
	}
	return {
		low,
		high,
		nonfinite
	};
}
// src/components/nonfinite.tsx
var NARROWEST = 3;
var LABEL_ROOM$1 = 34;
function NonfiniteStretches({ stretches, height }) {
	return a($, { children: stretches.map(([x, width]) => a("g", {
		class: "nonfinite",
		children: [
			a("rect", {
				x,
				width: Math.max(width, NARROWEST),
				height,
				fill: nonfiniteColour,
				"fill-opacity": width < 6 ? 1 : .25
			}),
			a("rect", {
				x,
				width: Math.max(width, NARROWEST),
				height: 3,
				fill: nonfiniteColour
			}),
			width > LABEL_ROOM$1 && a("text", {
				x: x + 5,
				y: height / 2 + 5,
				children: "NaN"
			})
		]
	}, x)) });
}
// src/components/sparkline_cell.tsx
var WIDTH = 96;
var HEIGHT$2 = 20;
function SparklineCell({ values, steps, isMissing }) {
	const domain = useSession().domain.value;
	const line = w$2(() => values && steps && sparkline(values, steps, domain, WIDTH, HEIGHT$2, true, isMissing), [
		values,
		steps,
		domain
	]);
	return a("td", {
		class: "trend",
		children: line && a("div", {
			class: "sparkline",
			children: [a("svg", {
				width: WIDTH,
				height: HEIGHT$2,
				"aria-hidden": "true",
				children: [a("path", { d: line.path }), a(NonfiniteStretches, {
					stretches: line.nonfinite,
					height: HEIGHT$2
				})]
			}), a(StepBand, { width: WIDTH })]
		})
	});
}
// src/views/training_curves.tsx
var MOST_METRICS = 4;
function TrainingCurves({ height }) {
	const loss = useSession().loss.data;
	const lossLines = w$2(() => loss && linesOfLoss(loss), [loss]);
	const metrics = w$2(() => loss && linesOfMetrics(loss), [loss]);
	const rate = w$2(() => loss && [{
		name: "rate",
		values: loss.learningRate,
		colour: "series-3"
	}], [loss]);
	if (!loss?.steps.length || !lossLines || !metrics || !rate) return null;
	return a("div", {
		class: "training",
		"data-testid": "training-curves",
		children: [
			a(Track, {
				title: "Loss",
				definition: "Loss of each sampled batch, and of each epoch as Keras logs it.",
				steps: loss.steps,
				lines: lossLines,
				log: spansDecades(loss.loss),
				format: "number",
				label: "Loss over the run"
			}),
			height >= 240 && metrics.length > 0 && a(Track, {
				title: "Metrics",
				definition: "Metrics of each epoch, as Keras logs them.",
				steps: loss.steps,
				lines: metrics,
				log: false,
				format: "number",
				label: "Metrics over the run"
			}),
			height >= 360 && varies(loss.learningRate) && a(Track, {
				title: "Learning rate",
				definition: "Learning rate of the optimizer at each sampled step.",
				steps: loss.steps,
				lines: rate,
				log: spansDecades(loss.learningRate),
				format: "number",
				label: "Learning rate over the run"
			})
		]
	});
}
var varies = (values) => values.some((value) => value !== values[0]);
var LOG_FROM = 30;
function spansDecades(values) {
	let [low, high] = [Infinity, 0];
	for (const value of values) {
		if (!Number.isFinite(value)) continue;
		if (value <= 0) return false;
		low = Math.min(low, value);
		high = Math.max(high, value);
	}
	return high > LOG_FROM * low;
}
function linesOfLoss(loss) {
	const lines = [{
		name: "batch",
		values: loss.loss,
		colour: "line-other",
		width: 1
	}];
	for (const [name, title] of [["loss", "epoch"], ["val_loss", "val"]]) {
		const values = loss.epochs.get(name);
		if (values) lines.push(epochLine(loss, title, values, lines.length));
	}
	return lines;
}
function linesOfMetrics(loss) {
	return [...loss.epochs.keys()].filter((name) => ![
		"loss",
		"val_loss",
		"learning_rate",
		"epoch"
	].includes(name)).slice(0, MOST_METRICS).map((name, index) => epochLine(loss, name, loss.epochs.get(name), index + 1));
}
function epochLine(loss, name, values, place) {
	const placed = new Float32Array(loss.steps.length).fill(NaN);
	const recorded = new Uint8Array(loss.steps.length);
	values.forEach((value, epoch) => {
		const column = Math.max(0, lastAtMost(loss.steps, loss.epochSteps[epoch]));
		placed[column] = value;
		recorded[column] = 1;
	});
	const isMissing = (column) => !recorded[column];
	return {
		name,
		values: placed,
		colour: `series-${place}`,
		isMissing,
		spanGaps: true
	};
}
// src/views/overview.tsx
var ROW_HEIGHT$1 = 26;
function Overview() {
	const session = useSession();
	const { resources, rows, values } = useOverview();
	const shown = useComputed(() => {
		const { matches } = session.filter.value;
		const found = session.layerFindings.value;
		const severity = (path) => rankOf(found.get(path)?.[0]);
		return orderRows(rows.value, session.settings.order.value, values.value, severity).filter((row) => matches(row.layer.path));
	});
	const failed = resources.find(({ state }) => state.value.error !== void 0);
	if (failed && !resources.some(({ data }) => data)) return a(ErrorState, {
		message: failed.state.value.error,
		retry: () => failed.retry()
	});
	if (!Object.keys(KINDS$1).some((kind) => session.has(kind))) return a(NotRecorded, {
		what: "No statistics of layers are recorded in this run",
		how: "InspectCallback records gradients, weights, updates and activations by default."
	});
	const steps = resources[0].data?.firstSteps;
	return a(OverviewPage, {
		rows: shown.value,
		values: values.value,
		steps
	});
}
var HEADER_HEIGHT = 30;
function OverviewPage(props) {
	const [ref, size] = useSize();
	const { rows, values } = props;
	const step = useSession().step.value;
	useSheet(w$2(() => sheetOf$1(rows, values, step), [
		rows,
		values,
		step
	]));
	const room = size.value.height - HEADER_HEIGHT - props.rows.length * ROW_HEIGHT$1;
	return a("div", {
		class: "overview-page",
		ref,
		children: [a(OverviewTable, { ...props }), room >= 120 && a(TrainingCurves, { height: room })]
	});
}
function sheetOf$1(rows, values, step) {
	return {
		title: `Layers at step ${step ?? ""}`,
		columns: ["layer", ...OVERVIEW_COLUMNS.map((column) => column.key)],
		rows: rows.length,
		cell: (row, column) => {
			const { path } = rows[row].layer;
			return column ? values.get(path)?.get(OVERVIEW_COLUMNS[column - 1].key) : path;
		}
	};
}
function OverviewTable({ rows, values, steps }) {
	const session = useSession();
	const range = useVirtualRows(rows.length, ROW_HEIGHT$1);
	const extents = w$2(() => columnExtents(rows, values), [rows, values]);
	return a("div", {
		class: `overview ${session.approximate.value ? "stale" : ""}`,
		ref: range.ref,
		onScroll: range.onScroll,
		children: [a("table", {
			"aria-rowcount": rows.length + 1,
			"aria-label": "Layers at the shown step",
			onPointerOver: showFullValue,
			children: [a("thead", { children: a("tr", { children: [a(LayerHeader, {}), OVERVIEW_COLUMNS.flatMap((column) => [a(HeaderCell, {
				sortKey: column.key,
				title: column.title,
				definition: column.definition
			}, column.key), ...column.key === "gradient.l2" ? [a("th", {
				class: "trend",
				title: "Gradient norm over the run, log scale",
				children: "over time"
			}, "trend")] : []])] }) }), a(VirtualBody, {
				rows: rows.length,
				rowHeight: ROW_HEIGHT$1,
				range,
				children: (place) => a(LayerRow, {
					row: rows[place],
					place,
					values: values.get(rows[place].layer.path),
					steps,
					extents,
					selected: rows[place].layer === session.layer.value
				}, rows[place].layer.path)
			})]
		}), rows.length === 0 && session.settings.filter.value && a("p", {
			class: "quiet",
			children: "No layer matches the filter."
		})]
	});
}
function LayerHeader() {
	const { order } = useSession().settings;
	return a("th", { children: a("button", {
		type: "button",
		title: order.value === "worst" ? "Worst first: layers with findings by their severity, then dead units and gradients far below the median. Press for model order." : "Press for the worst layers first",
		"data-testid": "order",
		onClick: () => order.value = order.value === "model" ? "worst" : "model",
		children: ["Layer ", a("span", {
			class: "order",
			children: ORDERS[order.value] ?? "sorted"
		})]
	}) });
}
var ORDERS = {
	model: "model order",
	worst: "worst first"
};
function HeaderCell({ sortKey, title, definition }) {
	const { order } = useSession().settings;
	const now = order.value;
	const next = now === `-${sortKey}` ? sortKey : now === sortKey ? "model" : `-${sortKey}`;
	const sorted = now === sortKey ? "ascending" : now === `-${sortKey}` ? "descending" : "none";
	return a("th", {
		class: "number",
		"aria-sort": sorted,
		children: a("button", {
			type: "button",
			title: definition,
			onClick: () => order.value = next,
			children: [title, a("span", {
				class: "sort",
				"aria-hidden": "true",
				children: sorted === "none" ? "" : sorted === "ascending" ? "▲" : "▼"
			})]
		})
	});
}
function LayerRow({ row, place, values, steps, extents, selected }) {
	const session = useSession();
	const { layer, series } = row;
	const [prefix, name] = splitPath(layer.path);
	const gradient = series.get("gradient.l2");
	return a("tr", {
		class: selected ? "selected" : "",
		"aria-selected": selected,
		"aria-rowindex": place + 2,
		"data-testid": "layer-row",
		"data-layer": layer.path,
		onClick: () => session.settings.layer.value = layer.path,
		children: [a("th", {
			scope: "row",
			title: `${layer.path}, ${layer.info.class_name}`,
			children: [
				a(FindingMark, { path: layer.path }),
				a("span", {
					class: "prefix",
					children: prefix
				}),
				a("span", {
					class: "name",
					children: name
				}),
				a("span", {
					class: "class-name",
					children: layer.info.class_name
				})
			]
		}), OVERVIEW_COLUMNS.flatMap((column) => [a(NumberCell, {
			column,
			value: values?.get(column.key),
			extent: extents.get(column.key)
		}, column.key), ...column.key === "gradient.l2" ? [a(SparklineCell, {
			values: gradient,
			steps
		}, "trend")] : []])]
	});
}
function FindingMark({ path }) {
	const session = useSession();
	const findings = session.layerFindings.value.get(path);
	if (!findings) return null;
	const [worst] = findings;
	const titles = findings.map(({ severity, title }) => `${SEVERITIES[severity]}: ${title}`);
	return a("button", {
		type: "button",
		class: "finding-mark",
		title: titles.join("\n"),
		"aria-label": titles.join(". "),
		"data-testid": "layer-finding",
		"data-severity": worst.severity,
		onClick: (event) => {
			event.stopPropagation();
			openFinding(session, "a", worst);
		},
		children: a(SeverityIcon, { severity: worst.severity })
	});
}
function NumberCell({ column, value, extent }) {
	const { format } = statisticInfo(column.statistic);
	return a("td", {
		class: `number ${format !== "number" ? "share" : ""} ${value !== void 0 && !Number.isFinite(value) ? "alarm" : ""} ${value === void 0 ? "missing" : ""}`,
		"data-statistic": column.key,
		"data-value": value ?? "",
		children: [extent && value !== void 0 && a(Bar, {
			column,
			value,
			extent
		}), a("span", { children: value === void 0 ? "–" : formatValue(value, format) })]
	});
}
function Bar({ column, value, extent: [low, high] }) {
	const isShare = statisticInfo(column.statistic).format === "percent";
	const share = isShare ? value : Math.log(value / low) / Math.log(high / low);
	if (!Number.isFinite(share)) return null;
	const width = isShare ? 100 * share : 4 + 96 * Math.max(0, Math.min(1, share));
	return a("i", {
		class: column.statistic === "dead_fraction" ? "bar dead" : "bar",
		style: { clipPath: `inset(0 ${100 - width}% 0 0 round 2px)` }
	});
}
var WITH_BARS = ["gradient.l2", "update.ratio"];
var SHARES = ["activation.zero_fraction", "activation.dead_fraction"];
function columnExtents(rows, values) {
	const extents = new Map();
	for (const key of WITH_BARS) {
		const numbers = rows.map((row) => values.get(row.layer.path)?.get(key) ?? NaN).filter((value) => Number.isFinite(value) && value > 0);
		const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
		if (high > low) extents.set(key, [low, high]);
	}
	for (const key of SHARES) extents.set(key, [0, 1]);
	return extents;
}
// src/state/incoming.ts
function incomingWeights(maps, unit) {
	return maps.layout === "kernel" ? ofKernel(maps, unit) : ofMatrix(maps, unit);
}
function ofKernel(maps, unit) {
	const [inputs, units, height, width] = maps.shape;
	const place = maps.channels.indexOf(unit);
	if (place < 0) return void 0;
	const pixels = height * width;
	return {
		weights: Array.from({ length: inputs }, (_, row) => {
			const tile = row * units + place;
			let sum = 0;
			for (let at = tile * pixels; at < (tile + 1) * pixels; at++) sum += tileValue(maps, tile, maps.codes[at]) ** 2;
			return {
				input: maps.rows?.[row] ?? row,
				inputs: 1,
				weight: Math.sqrt(sum)
			};
		}),
		units: 1,
		norms: true,
		step: maps.step
	};
}
function ofMatrix(maps, unit) {
	const [, , height, width] = maps.shape;
	const [, inputs = height, units = width] = maps.fullShape;
	const [rows, columns] = [Math.ceil(inputs / height), Math.ceil(units / width)];
	if (unit >= units) return void 0;
	const column = Math.floor(unit / columns);
	const weights = Array.from({ length: height }, (_, row) => ({
		input: row * rows,
		inputs: Math.min(rows, inputs - row * rows),
		weight: tileValue(maps, 0, maps.codes[row * width + column])
	}));
	const first = column * columns;
	return {
		weights,
		units: Math.min(columns, units - first),
		norms: false,
		step: maps.step
	};
}
function strongest(weights, count) {
	const rank = ({ weight }) => Number.isFinite(weight) ? Math.abs(weight) : Infinity;
	return [...weights].sort((a, b) => rank(b) > rank(a) ? 1 : rank(b) < rank(a) ? -1 : 0).slice(0, count);
}
// src/views/kernel_picture.tsx
function useKernel() {
	const session = useSession();
	const index = usePictureIndex("kernels");
	const names = useComputed(() => {
		const recorded = index.fresh.value?.names ?? [];
		return (session.layer.value?.variables.map(({ path }) => path) ?? []).filter((path) => recorded.includes(path));
	});
	return {
		kernel: usePictures("kernels", index, useComputed(() => names.value.find((each) => each === session.settings.tensor.value) ?? names.value[0])),
		names: names.value
	};
}
function KernelPicture() {
	const session = useSession();
	const { kernel, names } = useKernel();
	const layer = session.layer.value?.path ?? "";
	if (!session.has("kernels")) return a(NotRecorded, {
		what: "Pictures of weights are not recorded in this run",
		how: "They are with probe samples: InspectCallback(log_dir, probe=x_test[:8])."
	});
	return a(Pending, {
		loaded: kernel.state.value,
		retry: () => kernel.retry(),
		class: "maps-pending",
		children: (data) => names.length ? a(Picture, {
			maps: data,
			names
		}) : a(NotRecorded, {
			what: `No weights of ${layer} are recorded as a picture`,
			how: "Choose a variable in the table above."
		})
	});
}
function Picture({ maps, names }) {
	const { settings, host } = useSession();
	const sheet = w$2(() => mapsSheet(maps), [maps]);
	const [, units] = maps.shape;
	const [inputs, , , all] = maps.fullShape;
	const reach = weightReach(maps);
	return a($, { children: [a("div", {
		class: "view-bar",
		children: [
			names.length > 1 && a(Choice, {
				label: "Variable",
				value: maps.name,
				options: names.map((name) => [
					name,
					splitPath(name)[1],
					name
				]),
				onChange: (next) => settings.tensor.value = next
			}),
			a("span", {
				class: "quiet",
				children: maps.layout === "kernel" ? `${formatShape(maps.fullShape)}: inputs downwards, units across; ${maps.shape[0]} of ${inputs} inputs, ${units} of ${all} units` : `${formatShape(maps.fullShape.slice(1, 3))}: inputs downwards, units across`
			}),
			a("span", { class: "spring" }),
			a("span", {
				class: "legend",
				children: [
					a("span", {
						class: "number",
						children: formatNumber(-reach)
					}),
					a("i", {
						class: "gradient",
						style: { background: cssGradient("diverging", host.theme.value) }
					}),
					a("span", {
						class: "number",
						children: formatNumber(reach)
					})
				]
			}),
			a(SnapshotNote, { of: maps.step })
		]
	}), a(WithTable, {
		sheet,
		children: [maps.norms && maps.norms.length > 0 && a(UnitNorms, { norms: maps.norms }), a(MapTiles, {
			maps,
			probe: void 0,
			predictions: void 0
		})]
	})] });
}
var HEIGHT$1 = 30;
function UnitNorms({ norms }) {
	const { unit } = useSession().settings;
	const most = norms.reduce((a, b) => b > a ? b : a, 0) || 1;
	const at = (event) => {
		const box = event.currentTarget.getBoundingClientRect();
		const place = Math.floor((event.clientX - box.left) / box.width * norms.length);
		return Math.min(norms.length - 1, Math.max(0, place));
	};
	const bars = Array.from(norms, (norm, place) => Number.isFinite(norm) ? `M${place + .1} ${HEIGHT$1}v${-(HEIGHT$1 * norm) / most}h.8v${HEIGHT$1 * norm / most}` : "").join("");
	return a("div", {
		class: "unit-norms",
		children: [a("span", {
			title: "Square root of the sum of squares of all weights that come into a unit",
			children: ["norm per unit, up to ", formatNumber(most)]
		}), a("svg", {
			viewBox: `0 0 ${norms.length} ${HEIGHT$1}`,
			preserveAspectRatio: "none",
			role: "img",
			"aria-label": `Norm of the weights of each of ${norms.length} units`,
			"data-testid": "unit-norms",
			onPointerMove: (event) => {
				const place = at(event);
				showTooltip(event.clientX, event.clientY, {
					title: `unit ${place}`,
					lines: [{
						label: "norm of its weights",
						value: formatNumber(norms[place])
					}]
				});
			},
			onPointerLeave: hideTooltip,
			onPointerDown: (event) => unit.value = at(event),
			children: a("path", { d: bars })
		})]
	});
}
// src/views/unit_weights.tsx
var MOST_NAMED = 5;
var HEIGHT = 40;
function UnitWeights({ unit }) {
	const session = useSession();
	const { kernel } = useKernel();
	const maps = kernel.fresh.value;
	const found = w$2(() => maps && incomingWeights(maps, unit), [maps, unit]);
	if (!session.has("kernels") || !maps) return null;
	return a("section", {
		class: "track unit-weights",
		"data-testid": "unit-weights",
		"data-unit": unit,
		children: [a("header", { children: [
			a("h3", {
				title: "Weights of the layer’s kernel that lead into this unit",
				children: [
					"Incoming weights of unit ",
					unit,
					", ",
					maps.name
				]
			}),
			a("span", { class: "spring" }),
			a(SnapshotNote, { of: maps.step })
		] }), found ? a($, { children: [a("p", {
			class: "quiet",
			children: [
				found.norms ? "L2 norm of the kernel from each input channel" : "weight from each input",
				found.units > 1 && `, mean over ${found.units} neighbouring units`,
				"; strongest:",
				" ",
				strongest(found.weights, MOST_NAMED).map((each) => a("span", {
					class: "reading",
					"data-input": each.input,
					"data-value": each.weight,
					children: [
						nameOf(each),
						" ",
						a("b", {
							class: Number.isFinite(each.weight) ? "" : "alarm",
							children: formatNumber(each.weight)
						}),
						" "
					]
				}, each.input))
			]
		}), a(Bars, { weights: found.weights })] }) : a("p", {
			class: "quiet",
			children: [
				"This unit is not in the picture: ",
				formatCount(maps.shape[1]),
				" units of the largest norm are."
			]
		})]
	});
}
var nameOf = ({ input, inputs }) => inputs > 1 ? `inputs ${input}–${input + inputs - 1} (mean)` : `input ${input}`;
function Bars({ weights }) {
	const most = weights.reduce((a, { weight }) => Math.max(a, Math.abs(weight) || 0), 0) || 1;
	const zero = weights.some(({ weight }) => weight < 0) ? HEIGHT / 2 : HEIGHT;
	const path = weights.map(({ weight }, place) => {
		const height = zero * (Number.isFinite(weight) ? weight : 0) / most;
		return `M${place + .1} ${zero}v${-height}h.8v${height}`;
	}).join("");
	const hover = (event) => {
		const box = event.currentTarget.getBoundingClientRect();
		const place = Math.floor((event.clientX - box.left) / box.width * weights.length);
		const hit = weights[Math.min(weights.length - 1, Math.max(0, place))];
		showTooltip(event.clientX, event.clientY, {
			title: nameOf(hit),
			lines: [{
				label: "weight",
				value: formatNumber(hit.weight)
			}]
		});
	};
	return a("svg", {
		viewBox: `0 0 ${weights.length} ${HEIGHT}`,
		preserveAspectRatio: "none",
		role: "img",
		"aria-label": `Weights from ${weights.length} inputs`,
		onPointerMove: hover,
		onPointerLeave: hideTooltip,
		children: a("path", { d: path })
	});
}
// src/views/units.tsx
var HIGHEST_UNIT = 26;
var LOWEST_LABEL = 13;
function UnitsView() {
	const session = useSession();
	const units = useUnits();
	if (!session.has("units")) return a(NotRecorded, {
		what: "Units are not recorded in this run",
		how: "They are by default; InspectCallback(units=False) and tier=\"economy\" leave them out."
	});
	const layer = session.layer.value;
	if (layer && !siteWithUnits(layer)) return a(NoUnits, { path: layer.path });
	return a(Pending, {
		loaded: units.state.value,
		retry: () => units.retry(),
		class: "units-view",
		children: (data) => a(UnitsOfLayer, { units: data })
	});
}
function useSites() {
	return useSession().layers.value.flatMap((layer) => siteWithUnits(layer)?.name ?? []);
}
function NoUnits({ path }) {
	return a($, { children: [a("div", {
		class: "view-bar",
		children: a(SiteSelect, {
			names: useSites(),
			value: "",
			testId: "units-layer"
		})
	}), a(NotRecorded, {
		what: `No units of ${path} are recorded`,
		how: "Its output has no axis of units. Choose another layer above."
	})] });
}
function UnitsOfLayer({ units }) {
	const session = useSession();
	const { unitOrder, unit: chosen } = session.settings;
	const sites = useSites();
	const order = w$2(() => orderUnits(units, unitOrder.value), [units, unitOrder.value]);
	const coded = useUnitCodes(units, order);
	const step = session.step.value;
	const column = step === void 0 ? -1 : sampleAt(units.steps, step);
	const unit = chosen.value !== void 0 && chosen.value < units.units ? chosen.value : order[0];
	const row = order.indexOf(unit);
	const pickRow = (next) => {
		chosen.value = order[Math.max(0, Math.min(units.units - 1, next))];
	};
	const [ref, size] = useSize();
	const sheet = w$2(() => {
		const names = Array.from(order, (each) => `unit ${each}`);
		return overTime(`Units of ${units.site}`, units.steps, names, (place, at) => units.maxAbs[order[place] * units.steps.length + at]);
	}, [units, order]);
	return a($, { children: [a("div", {
		class: "view-bar",
		children: [
			a(SiteSelect, {
				names: sites,
				value: units.site,
				testId: "units-layer"
			}),
			a(Choice, {
				label: "Order of units",
				testId: "unit-order",
				value: unitOrder.value,
				options: [
					[
						"unit",
						"By number",
						"Units as they are in the layer"
					],
					[
						"death",
						"Dead first",
						"Longest dead first, those that live last"
					],
					[
						"activity",
						"Most active",
						"Largest mean magnitude over the run first"
					]
				],
				onChange: (next) => unitOrder.value = next
			}),
			a("span", { class: "spring" }),
			a(UnitLegend, {
				units,
				coded,
				column
			})
		]
	}), a(WithTable, {
		sheet,
		children: [
			a("div", {
				class: "unit-frame tall",
				style: { maxHeight: px(units.units * HIGHEST_UNIT + 12) },
				children: [a(RowNumbers, {
					order,
					height: size.value.height,
					selected: unit
				}), a("div", {
					class: "unit-plot",
					ref,
					children: a(UnitHeatmap, {
						units,
						coded,
						order,
						testId: "unit-heatmap",
						markedRow: row,
						onPickRow: pickRow,
						onMoveRow: (rows) => pickRow(row + rows)
					})
				})]
			}),
			a(StepAxis, {
				width: size.value.width,
				gutter: 58
			}),
			a(UnitTracks, {
				units,
				unit,
				column
			}),
			a(UnitWeights, { unit })
		]
	})] });
}
function RowNumbers(props) {
	const { order, height, selected } = props;
	const room = height - 4;
	const stride = Math.max(1, Math.ceil(LOWEST_LABEL * order.length / Math.max(1, room)));
	return a("div", {
		class: "unit-numbers",
		style: { width: px(58) },
		"aria-hidden": "true",
		children: Array.from(order, (unit, row) => row % stride ? null : a("span", {
			class: unit === selected ? "selected" : "",
			style: { top: px(4 + (row + .5) * room / order.length) },
			children: unit
		}, row))
	});
}
function UnitTracks({ units, unit, column }) {
	const columns = units.steps.length;
	const dead = w$2(() => [{
		name: "dead",
		values: deadCounts(units),
		colour: "dead",
		width: 2
	}], [units]);
	const median = w$2(() => medianOverUnits(units), [units]);
	const history = w$2(() => [{
		name: "median of all units",
		values: median,
		colour: "line-other"
	}, {
		name: `unit ${unit}`,
		values: units.maxAbs.subarray(unit * columns, (unit + 1) * columns),
		colour: "series-1",
		width: 2
	}], [units, unit]);
	return a("div", {
		class: "unit-tracks",
		children: [a(Track, {
			title: `Unit ${unit}, largest |output|`,
			note: a(UnitState, {
				units,
				unit,
				column
			}),
			definition: "Largest magnitude of the unit's output over the sampled batch.",
			steps: units.steps,
			lines: history,
			log: false,
			format: "number",
			label: `Unit ${unit} of ${units.site} over the run`
		}), a(Track, {
			title: "Dead units",
			definition: `Units that were zero for every input of ${units.window}.`,
			steps: units.steps,
			lines: dead,
			log: false,
			format: "count",
			label: `Number of dead units of ${units.site} over the run`
		})]
	});
}
function UnitState({ units, unit, column }) {
	if (column < 0) return null;
	const since = deadSince(units, unit, column);
	const value = units.maxAbs[unit * units.steps.length + column];
	const state = since >= 0 ? `dead since step ${formatCount(units.steps[since])}` : Number.isFinite(value) ? value === 0 ? "silent in this batch" : "alive" : formatNumber(value);
	return a("span", {
		class: since >= 0 ? "reading dead-text" : "quiet",
		"data-testid": "unit-state",
		"data-unit": unit,
		"data-value": since >= 0 ? units.steps[since] : "",
		children: state
	});
}
// src/state/weights.ts
function weightRows(variables, tables, column, exact) {
	const at = (kind, name, statistic) => exact ? valueAt(exact.get(kind), name, statistic, 0) : valueAt(tables.get(kind), name, statistic, column);
	return variables.map((variable) => {
		const norm = at("weight", variable.path, "l2");
		const norms = tables.get("weight") && tableRow(tables.get("weight"), variable.path, "l2");
		return {
			variable,
			elements: variable.shape.reduce((product, length) => product * length, 1),
			norm,
			growth: growthOf(norm, norms?.find((value) => value !== 0)),
			maxAbs: at("weight", variable.path, "max_abs"),
			update: at("update", variable.path, "l2"),
			ratio: at("update", variable.path, "ratio")
		};
	});
}
function growthOf(norm, start) {
	return norm === void 0 || start === void 0 ? void 0 : norm / start;
}
function valueAt(table, name, statistic, column) {
	if (!table || column < 0 || isMissing(table, name, statistic, column)) return void 0;
	return tableRow(table, name, statistic)?.[column];
}
function growthSeries(norms) {
	const start = norms.find((value) => value !== 0);
	return norms.map((value) => value === 0 ? NaN : value / (start ?? NaN));
}
// src/views/weights.tsx
var ROW_HEIGHT = 26;
function useKind(kind, statistics) {
	const session = useSession();
	return useResource(session.client, () => session.has(kind) ? session.request((run) => tableQuery({
		run,
		kind,
		statistics
	})) : void 0, session.host.visible);
}
function Weights() {
	const session = useSession();
	const weight = useKind("weight", ["l2", "max_abs"]);
	const update = useKind("update", ["l2", "ratio"]);
	if (!session.has("weight") && !session.has("update")) return a(NotRecorded, {
		what: "Weights are not recorded in this run",
		how: "They are by default; InspectCallback(weights=False, updates=False) leaves them out."
	});
	const main = session.has("weight") ? weight : update;
	return a(Pending, {
		loaded: main.state.value,
		retry: () => main.retry(),
		class: "weights",
		children: () => a(WeightsPage, {
			weight: weight.data,
			update: update.data
		})
	});
}
function WeightsPage({ weight, update }) {
	const session = useSession();
	const tables = w$2(() => {
		const recorded = [weight, update].flatMap((table) => table ? [table] : []);
		return new Map(recorded.map((table) => [table.kind, table]));
	}, [weight, update]);
	const { matches } = session.filter.value;
	const variables = useComputed(() => session.layers.value.flatMap((layer) => layer.variables));
	const step = session.step.value;
	const steps = (weight ?? update)?.steps;
	const column = steps && step !== void 0 ? sampleAt(steps, step) : -1;
	const exact = session.exact.value;
	const rows = w$2(() => {
		return weightRows(variables.value.filter((variable) => matches(variable.path)), tables, column, exact);
	}, [
		variables.value,
		matches,
		tables,
		column,
		exact
	]);
	useSheet(w$2(() => sheetOf(rows, step), [rows, step]));
	return a($, { children: [a(WeightsTable, {
		rows,
		tables
	}), a(Curves, {
		rows,
		tables
	})] });
}
var COLUMNS = [
	[
		"norm",
		"L2 norm",
		"Square root of the sum of squares of the variable’s elements."
	],
	[
		"growth",
		"Since start",
		"The norm divided by its first recorded value that is not zero."
	],
	[
		"maxAbs",
		"Largest |w|",
		"Largest absolute value of the variable’s elements."
	],
	[
		"update",
		"Update",
		"L2 norm of the step’s change of the variable."
	],
	[
		"ratio",
		"Update ratio",
		"L2 norm of the step’s change divided by the L2 norm of the variable."
	]
];
function sheetOf(rows, step) {
	return {
		title: `Weights at step ${step ?? ""}`,
		columns: [
			"variable",
			"shape",
			"elements",
			...COLUMNS.map(([, title]) => title)
		],
		rows: rows.length,
		cell: (row, column) => {
			const { variable, elements } = rows[row];
			if (column === 0) return variable.path;
			if (column === 1) return formatShape(variable.shape);
			return column === 2 ? elements : rows[row][COLUMNS[column - 3][0]];
		}
	};
}
function WeightsTable({ rows, tables }) {
	const session = useSession();
	const range = useVirtualRows(rows.length, ROW_HEIGHT);
	const own = new Set(session.layer.value?.variables.map(({ path }) => path));
	return a("div", {
		class: `overview weights-table ${session.approximate.value ? "stale" : ""}`,
		ref: range.ref,
		onScroll: range.onScroll,
		tabIndex: 0,
		children: [a("table", {
			"aria-rowcount": rows.length + 1,
			"aria-label": "Variables at the shown step",
			onPointerOver: showFullValue,
			children: [a("thead", { children: a("tr", { children: [
				a("th", { children: a("span", { children: "Variable" }) }),
				a("th", {
					class: "number",
					children: a("span", { children: "Shape" })
				}),
				COLUMNS.map(([key, title, definition]) => a("th", {
					class: "number",
					title: definition,
					children: a("span", { children: title })
				}, key)),
				a("th", {
					class: "trend",
					title: "Update ratio over the run, log scale",
					children: "ratio over time"
				})
			] }) }), a(VirtualBody, {
				rows: rows.length,
				rowHeight: ROW_HEIGHT,
				range,
				children: (place) => a(VariableRow, {
					row: rows[place],
					update: tables.get("update"),
					place,
					selected: own.has(rows[place].variable.path)
				}, rows[place].variable.path)
			})]
		}), rows.length === 0 && a("p", {
			class: "quiet",
			children: "No variable matches the filter."
		})]
	});
}
function VariableRow({ row, update, place, selected }) {
	const session = useSession();
	const { path, shape } = row.variable;
	const [prefix, name] = splitPath(path);
	const choose = () => {
		const owner = session.layers.peek().find((layer) => layer.variables.some((variable) => variable.path === path));
		if (owner) session.settings.layer.value = owner.path;
	};
	return a("tr", {
		class: selected ? "selected" : "",
		"aria-rowindex": place + 2,
		"data-testid": "variable-row",
		"data-variable": path,
		onClick: choose,
		children: [
			a("th", {
				scope: "row",
				title: path,
				children: [a("span", {
					class: "prefix",
					children: prefix
				}), a("span", {
					class: "name",
					children: name
				})]
			}),
			a("td", {
				class: "number",
				title: `${formatCount(row.elements)} elements`,
				children: formatShape(shape) || "scalar"
			}),
			COLUMNS.map(([key]) => a(WeightCell, {
				column: key,
				value: row[key]
			}, key)),
			a(SparklineCell, {
				values: update && tableRow(update, path, "ratio"),
				steps: update?.firstSteps,
				...update && { isMissing: (column) => isMissing(update, path, "ratio", column) }
			})
		]
	});
}
function WeightCell({ column, value }) {
	const bad = value !== void 0 && !Number.isFinite(value);
	const text = value === void 0 ? "–" : formatNumber(value);
	return a("td", {
		class: `number ${bad ? "alarm" : ""} ${value === void 0 ? "missing" : ""}`,
		"data-statistic": column,
		"data-value": value ?? "",
		children: a("span", { children: column === "growth" && value !== void 0 && !bad ? `× ${text}` : text })
	});
}
var CURVES = {
	ratio: [
		"Update ratio",
		"update",
		COLUMNS[4][2]
	],
	growth: [
		"Norm since start",
		"weight",
		COLUMNS[1][2]
	],
	norm: [
		"L2 norm",
		"weight",
		COLUMNS[0][2]
	]
};
var MOST_LINES = 200;
function Curves({ rows, tables }) {
	const session = useSession();
	const { weightCurve } = session.settings;
	const isPicture = weightCurve.value === "picture";
	const curve = weightCurve.value === "picture" ? "ratio" : weightCurve.value;
	const [title, kind, definition] = CURVES[curve];
	const table = tables.get(kind);
	const layer = session.layer.value;
	const lines = w$2(() => table ? linesOf(table, rows, curve, layer?.path) : [], [
		table,
		rows.map(({ variable }) => variable.path).join("\n"),
		curve,
		layer
	]);
	const own = lines.filter((line) => line.colour !== "line-other");
	return a("div", {
		class: `weight-curves ${isPicture ? "picture" : ""}`,
		children: [a("div", {
			class: "view-bar",
			children: [a(Choice, {
				label: "Curves",
				testId: "weight-curve",
				value: weightCurve.value,
				options: [
					[
						"ratio",
						"Update ratio",
						CURVES.ratio[2]
					],
					[
						"growth",
						"Growth",
						CURVES.growth[2]
					],
					[
						"norm",
						"Norm",
						CURVES.norm[2]
					],
					[
						"picture",
						"Picture",
						"The weights themselves, at the newest snapshot"
					]
				],
				onChange: (next) => weightCurve.value = next
			}), !isPicture && a("span", {
				class: "quiet",
				children: "all variables in grey, the selected layer’s in colour"
			})]
		}), isPicture ? a(KernelPicture, {}) : table ? a(Track, {
			title: `${title}${layer ? ` · ${layer.path}` : ""}`,
			definition,
			steps: table.steps,
			lines,
			readings: own,
			log: true,
			format: "number",
			label: `${title} of ${lines.length} variables over the run`
		}) : a(NotRecorded, {
			what: `${kind === "update" ? "Updates" : "Weights"} are not recorded in this run`,
			how: `Record them with InspectCallback(${kind}s=True).`
		})]
	});
}
function linesOf(table, rows, curve, layer) {
	const statistic = curve === "ratio" ? "ratio" : "l2";
	const line = (name) => {
		const values = tableRow(table, name, statistic);
		if (!values) return [];
		return [{
			name,
			values: curve === "growth" ? growthSeries(values) : values,
			colour: "line-other",
			width: 1,
			isMissing: (column) => isMissing(table, name, statistic, column) || curve === "growth" && values[column] === 0
		}];
	};
	const names = rows.map(({ variable }) => variable.path);
	const own = names.filter((name) => splitPath(name)[0] === `${layer}/`);
	return [...names.filter((name) => !own.includes(name)).slice(0, MOST_LINES).flatMap(line), ...own.flatMap(line).map((each, index) => ({
		...each,
		name: splitPath(each.name)[1],
		colour: `series-${index % 4 + 1}`,
		width: 2
	}))];
}
// src/components/help.tsx
var on = (key, shift = false) => (event) => event.key === key && event.shiftKey === shift;
var SHORTCUTS = [
	{
		keys: "←",
		does: "previous recorded step",
		matches: on("ArrowLeft"),
		run: (session) => session.move(-1)
	},
	{
		keys: "→",
		does: "next recorded step",
		matches: on("ArrowRight"),
		run: (session) => session.move(1)
	},
	{
		keys: "Shift ←",
		does: "ten recorded steps back",
		matches: on("ArrowLeft", true),
		run: (session) => session.move(-10)
	},
	{
		keys: "Shift →",
		does: "ten recorded steps on",
		matches: on("ArrowRight", true),
		run: (session) => session.move(10)
	},
	{
		keys: "Home",
		does: "first step",
		matches: on("Home"),
		run: (session) => session.goTo(-1)
	},
	{
		keys: "End",
		does: "latest step, and follow it",
		matches: on("End"),
		run: (session) => session.followLatest()
	},
	{
		keys: "Space",
		does: "play or pause",
		matches: on(" "),
		run: (session) => session.player.toggle()
	},
	{
		keys: "↑",
		does: "previous layer",
		matches: on("ArrowUp"),
		run: (session) => session.moveLayer(-1)
	},
	{
		keys: "↓",
		does: "next layer",
		matches: on("ArrowDown"),
		run: (session) => session.moveLayer(1)
	},
	{
		keys: `1 – ${VIEWS.length}`,
		does: "the views, from left to right",
		matches: (event) => VIEWS[Number(event.key) - 1] !== void 0,
		run: (session, event) => session.settings.view.value = VIEWS[Number(event.key) - 1]
	},
	{
		keys: "t",
		does: "numbers as a table, or as a picture",
		matches: on("t"),
		run: ({ settings: { asTable } }) => asTable.value = asTable.peek() === "yes" ? "no" : "yes"
	},
	{
		keys: "f",
		does: "next finding",
		matches: on("f"),
		run: openNextFinding
	},
	{
		keys: "Esc",
		does: "close the finding",
		matches: on("Escape"),
		run: closeFinding
	},
	{
		keys: "/",
		does: "filter layers",
		matches: on("/"),
		run: () => document.querySelector(".filter")?.focus()
	},
	{
		keys: "?",
		does: "this sheet",
		matches: (event) => event.key === "?",
		run: (session) => session.helpOpen.value = true
	}
];
var TYPING = "input, select, textarea, [contenteditable]";
function shortcut(session, event) {
	if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
	const target = event.target;
	if (target?.closest(TYPING)) return;
	if (event.key === " " && target?.closest("button")) return;
	if (session.helpOpen.peek()) return;
	const found = SHORTCUTS.find((candidate) => candidate.matches(event));
	if (!found) return;
	event.preventDefault();
	found.run(session, event);
}
function HelpSheet() {
	const session = useSession();
	const ref = T$1(null);
	A$1(() => ref.current?.showModal(), []);
	return a("dialog", {
		ref,
		class: "help",
		"aria-label": "Keyboard shortcuts",
		onClose: () => session.helpOpen.value = false,
		onClick: (event) => {
			if (event.target === ref.current) ref.current?.close();
		},
		children: [
			a("h2", { children: "Keyboard shortcuts" }),
			a("dl", { children: SHORTCUTS.map(({ keys, does }) => a("div", { children: [a("dt", { children: a("kbd", { children: keys }) }), a("dd", { children: does })] }, keys)) }),
			a("button", {
				class: "button",
				onClick: () => ref.current?.close(),
				children: "Close"
			})
		]
	});
}
// src/components/control_bar.tsx
function ControlBar() {
	const steering = steeringOf(useSession());
	const training = steering.training.value;
	const silent = steering.answer.value?.state?.status !== "ended";
	if (!training) {
		if (!(steering.answer.value?.alive === false && steering.answer.value.state && silent)) return null;
		return a("div", {
			class: "control-bar",
			"data-testid": "control-bar",
			"data-status": "silent",
			children: a("span", {
				class: "quiet",
				title: "Its process is dead or stopped: no command would be carried out",
				children: "The training is silent"
			})
		});
	}
	const paused = training.status === "paused";
	const off = steering.busy.value !== "" || !steering.answer.value?.enabled;
	const send = (command) => () => void steering.send(command);
	return a("div", {
		class: "control-bar",
		role: "group",
		"aria-label": "The running training",
		"data-testid": "control-bar",
		"data-status": training.status,
		children: [
			a("span", {
				class: "freshness live",
				title: training.why,
				children: [a("i", {}), paused ? "Paused" : "Training"]
			}),
			paused ? a(IconButton, {
				label: "Resume training",
				disabled: off,
				onClick: send("resume"),
				testId: "resume",
				children: a("path", { d: "M4 2.5v11L13 8z" })
			}) : a(IconButton, {
				label: "Pause training",
				disabled: off,
				onClick: send("pause"),
				testId: "pause",
				children: a("path", { d: "M4 3h3v10H4zM9 3h3v10H9z" })
			}),
			a(IconButton, {
				label: "Train one step",
				disabled: off,
				onClick: send("step"),
				testId: "step",
				children: a("path", { d: "M3 3v10l7-5zM11 3h2v10h-2z" })
			}),
			a("button", {
				type: "button",
				class: "button",
				"aria-pressed": steering.open.value,
				"data-testid": "steer",
				onClick: () => steering.open.value = !steering.open.value,
				children: "Steer"
			})
		]
	});
}
// src/components/control_marks.tsx
var NEAR = 4;
function useControls() {
	const session = useSession();
	const request = () => session.has("control") ? session.request(controlsQuery) : void 0;
	return marksOf(useResource(session.client, request, session.host.visible).data?.entries ?? []);
}
function ControlMarks({ entries, domain, width, height }) {
	return a("g", {
		class: "control-marks",
		"data-testid": "control-marks",
		children: [...new Set(entries.map(({ step }) => step))].map((step) => {
			const x = Math.round(stepToX(step, domain, width)) + .5;
			return a("g", {
				"data-step": step,
				children: [a("path", { d: `M${x} 0v${height}` }), a("path", { d: `M${x} ${height - 7}l3.500 3.500-3.500 3.500-3.500-3.500z` })]
			}, step);
		})
	});
}
function controlsNear(entries, x, domain, width) {
	return entries.filter(({ step }) => Math.abs(stepToX(step, domain, width) - x) <= NEAR).slice(0, 6).map((entry) => ({
		label: `step ${entry.step}`,
		value: entryText(entry)
	}));
}
// src/components/finding_marks.tsx
var LANE = 4;
var MARK = 5;
function FindingMarks({ width }) {
	const session = useSession();
	const domain = session.domain.value;
	return a("g", {
		"data-testid": "finding-marks",
		children: (session.findings.data?.findings ?? []).map((finding, place) => ({
			finding,
			lane: Math.min(place, 2)
		})).reverse().map(({ finding, lane }, place) => a(Mark, {
			finding,
			domain,
			width,
			top: lane * LANE
		}, place))
	});
}
function Mark({ finding, domain, width, top }) {
	const start = stepToX(finding.first_step, domain, width);
	const end = Math.max(start + 2, stepToX(finding.last_step + 1, domain, width));
	return a("g", {
		class: `severity ${finding.severity}`,
		"data-problem": finding.problem,
		children: [a("rect", {
			x: start,
			y: top,
			width: end - start,
			height: 1 + rankOf(finding) / 2
		}), a("path", { d: `M${start} ${top}h${MARK}l-5 8z` })]
	});
}
var findingsAt = (findings, step) => findings.filter(({ first_step, last_step }) => first_step <= step && step <= last_step);
// src/components/scrubber.tsx
function Scrubber() {
	const session = useSession();
	const { steps } = session;
	const none = steps.value.length === 0;
	const playing = session.player.playing.value;
	return a("footer", {
		class: "scrubber-bar",
		children: [
			a("div", {
				class: "transport",
				children: [
					a(IconButton, {
						label: "First step (Home)",
						disabled: none,
						onClick: () => first(session),
						children: a("path", { d: "M3 3h2v10H3zM13 3v10L6 8z" })
					}),
					a(IconButton, {
						label: "Previous recorded step (←)",
						disabled: none,
						onClick: () => session.move(-1),
						children: a("path", { d: "M11 3v10L4 8z" })
					}),
					a(IconButton, {
						label: playing ? "Pause (space)" : "Play (space)",
						disabled: none,
						onClick: () => session.player.toggle(),
						testId: "play",
						children: playing ? a("path", { d: "M4 3h3v10H4zM9 3h3v10H9z" }) : a("path", { d: "M4 2.5v11L13 8z" })
					}),
					a(IconButton, {
						label: "Next recorded step (→)",
						disabled: none,
						onClick: () => session.move(1),
						children: a("path", { d: "M5 3v10l7-5z" })
					})
				]
			}),
			a(Strip, {}),
			a("div", {
				class: "step-info",
				children: [a(StepLabel, {}), a(FollowButton, {})]
			}),
			a(ControlBar, {})
		]
	});
}
var first = (session) => session.goTo(session.steps.peek()[0]);
function StepLabel() {
	const session = useSession();
	const step = session.step.value;
	const steps = session.steps.value;
	if (step === void 0) return a("span", {
		class: "quiet",
		children: "no step recorded"
	});
	const epoch = epochOf(session.loss.data, step, session.model.data?.steps_per_epoch ?? 0);
	return a("span", {
		class: "step-label",
		"data-testid": "step-label",
		"data-value": step,
		children: [
			"step ",
			a("b", { children: formatCount(step) }),
			" of ",
			formatCount(steps[steps.length - 1]),
			epoch !== void 0 && a("span", {
				class: "quiet",
				children: [" · epoch ", epoch + 1]
			})
		]
	});
}
function epochOf(loss, step, stepsPerEpoch) {
	if (stepsPerEpoch > 0) return Math.floor(step / stepsPerEpoch);
	const ends = loss?.epochSteps;
	return ends?.length ? lastAtMost(ends, step - 1) + 1 : void 0;
}
function FollowButton() {
	const session = useSession();
	const following = session.settings.step.value === void 0;
	return a("button", {
		type: "button",
		class: "button follow",
		"aria-pressed": following,
		"data-testid": "follow-latest",
		title: "Show the newest recorded step, and keep up with the training",
		onClick: () => {
			if (following) session.goTo(session.step.peek() ?? 0);
			else session.followLatest();
		},
		children: "Follow latest"
	});
}
function Strip() {
	const session = useSession();
	const [ref, size] = useSize();
	const loss = session.loss.data;
	const domain = session.domain.value;
	const controls = useControls();
	const stepAt = (event) => {
		const box = ref.current.getBoundingClientRect();
		return xToStep(Math.min(box.width - 1, Math.max(0, event.clientX - box.left)), domain, box.width);
	};
	const hover = (event) => {
		if (!loss?.steps.length) return;
		if (event.buttons & 1) {
			session.player.stop();
			session.goTo(stepAt(event));
		}
		const at = sampleAt(loss.steps, stepAt(event));
		showTooltip(event.clientX, event.clientY, {
			title: `step ${formatCount(loss.steps[at])}`,
			lines: [
				{
					label: "batch loss",
					value: formatNumber(loss.loss[at])
				},
				{
					label: "learning rate",
					value: formatNumber(loss.learningRate[at])
				},
				...findingsAt(session.findings.data?.findings ?? [], loss.steps[at]).map(({ severity, title }) => ({
					label: SEVERITIES[severity],
					value: title
				})),
				...controlsNear(controls, stepToX(stepAt(event), domain, size.value.width), domain, size.value.width)
			]
		});
	};
	const { steps, step, position } = session;
	return a("div", {
		class: "strip",
		ref,
		role: "slider",
		tabIndex: 0,
		"aria-label": "Training step",
		"aria-valuemin": steps.value[0] ?? 0,
		"aria-valuemax": steps.value[steps.value.length - 1] ?? 0,
		"aria-valuenow": step.value ?? 0,
		"aria-valuetext": `step ${step.value ?? 0}, sample ${position.value + 1} of ${steps.value.length}`,
		"data-testid": "scrubber",
		onPointerDown: (event) => {
			event.currentTarget.setPointerCapture(event.pointerId);
			session.player.stop();
			session.goTo(stepAt(event));
		},
		onPointerMove: hover,
		onPointerLeave: hideTooltip,
		children: [loss && size.value.width > 0 && a(StripPicture, {
			loss,
			size: size.value,
			controls
		}), a(StepBand, {})]
	});
}
var EPOCH_LANE = 12;
var LABEL_ROOM = 28;
function StripPicture({ loss, size: { width, height }, controls }) {
	const domain = useSession().domain.value;
	const log = w$2(() => spansDecades(loss.loss), [loss]);
	const line = w$2(() => sparkline(loss.loss, loss.steps, domain, width, height - EPOCH_LANE - 4, log), [
		loss,
		domain,
		width,
		height,
		log
	]);
	return a("svg", {
		width,
		height,
		"aria-hidden": "true",
		children: [
			a(Epochs, {
				loss,
				size: {
					width,
					height
				}
			}),
			a("path", {
				d: line.path,
				transform: "translate(0 3)",
				class: "loss"
			}),
			a(NonfiniteStretches, {
				stretches: line.nonfinite,
				height: height - EPOCH_LANE
			}),
			a(FindingMarks, { width }),
			a(ControlMarks, {
				entries: controls,
				domain,
				width,
				height
			})
		]
	});
}
function Epochs({ loss, size: { width, height } }) {
	const domain = useSession().domain.value;
	const ends = loss.epochSteps;
	const stride = Math.max(1, Math.ceil(ends.length * LABEL_ROOM / width));
	const shown = Array.from(ends, (_, index) => index).filter((index) => index % stride === 0);
	return a($, { children: [a("line", {
		x1: 0,
		x2: width,
		y1: height - EPOCH_LANE,
		y2: height - EPOCH_LANE,
		class: "epoch"
	}), shown.map((index) => {
		const start = stepToX(index ? ends[index - 1] + 1 : domain.first, domain, width);
		const x = Math.round(start) + .5;
		return a("g", { children: [index > 0 && a("line", {
			x1: x,
			x2: x,
			y1: 0,
			y2: height,
			class: "epoch"
		}), a("text", {
			x: x + 3,
			y: height - 2,
			children: index + 1
		})] }, index);
	})] });
}
// src/draw/page_svg.ts
var SVG = "http://www.w3.org/2000/svg";
function pageSvg(root, background) {
	const box = root.getBoundingClientRect();
	const svg = make("svg", {
		width: box.width,
		height: box.height,
		xmlns: SVG
	});
	svg.setAttribute("viewBox", `0 0 ${box.width} ${box.height}`);
	svg.append(make("rect", {
		width: box.width,
		height: box.height,
		fill: background
	}));
	addElement(svg, root, box);
	return svg;
}
var svgText = (svg) => new XMLSerializer().serializeToString(svg);
async function svgToPng(svg, density) {
	const image = new Image();
	const loaded = new Promise((resolve, reject) => {
		image.onload = resolve;
		image.onerror = () => reject(new Error("the picture could not be drawn"));
	});
	image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svgText(svg))}`;
	await loaded;
	const canvas = document.createElement("canvas");
	canvas.width = Math.round(Number(svg.getAttribute("width")) * density);
	canvas.height = Math.round(Number(svg.getAttribute("height")) * density);
	canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
	return new Promise((resolve, reject) => {
		canvas.toBlob((blob) => {
			if (blob) resolve(blob);
			else reject(new Error("the picture could not be written"));
		});
	});
}
function make(name, attributes) {
	const element = document.createElementNS(SVG, name);
	for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
	return element;
}
function addElement(into, element, origin) {
	const style = getComputedStyle(element);
	const box = element.getBoundingClientRect();
	if (style.display === "none" || style.visibility === "hidden" || !overlaps(box, origin)) return;
	if (element instanceof SVGSVGElement) {
		into.append(copySvg(element, box, origin));
		return;
	}
	const place = {
		x: box.left - origin.left,
		y: box.top - origin.top,
		width: box.width,
		height: box.height
	};
	addBox(into, style, place);
	if (element instanceof HTMLCanvasElement) {
		if (element.width && element.height) into.append(make("image", {
			...place,
			href: element.toDataURL()
		}));
		return;
	}
	if (element instanceof HTMLSelectElement) {
		addText(into, element.selectedOptions[0]?.text ?? "", style, place.x + 6, place);
		return;
	}
	for (const child of element.childNodes) if (child instanceof Text) addTextNode(into, child, style, origin);
	else if (child instanceof Element) addElement(into, child, origin);
}
var overlaps = (box, origin) => box.right > origin.left && box.left < origin.right && box.bottom > origin.top && box.top < origin.bottom;
var TRANSPARENT = "rgba(0, 0, 0, 0)";
function addBox(into, style, place) {
	if (style.backgroundColor !== TRANSPARENT) into.append(make("rect", {
		...place,
		fill: style.backgroundColor,
		opacity: style.opacity
	}));
	const gradient = /^linear-gradient\(to right, (.*)\)$/.exec(style.backgroundImage);
	if (gradient) addGradient(into, gradient[1].match(/rgba?\([^)]*\)/g) ?? [], place);
	const { x, y, width, height } = place;
	const line = (side, ends) => {
		const thickness = parseFloat(style.getPropertyValue(`border-${side}-width`));
		if (!thickness || style.getPropertyValue(`border-${side}-style`) === "none") return;
		const stroke = style.getPropertyValue(`border-${side}-color`);
		into.append(make("line", {
			...ends,
			stroke,
			"stroke-width": thickness
		}));
	};
	line("top", {
		x1: x,
		x2: x + width,
		y1: y,
		y2: y
	});
	line("bottom", {
		x1: x,
		x2: x + width,
		y1: y + height,
		y2: y + height
	});
	line("left", {
		x1: x,
		x2: x,
		y1: y,
		y2: y + height
	});
	line("right", {
		x1: x + width,
		x2: x + width,
		y1: y,
		y2: y + height
	});
}
function addGradient(into, colours, place) {
	const id = `gradient${into.childNodes.length}`;
	const gradient = make("linearGradient", { id });
	colours.forEach((colour, index) => {
		const offset = index / Math.max(1, colours.length - 1);
		gradient.append(make("stop", {
			offset,
			"stop-color": colour
		}));
	});
	into.append(gradient, make("rect", {
		...place,
		fill: `url(#${id})`
	}));
}
function addTextNode(into, node, style, origin) {
	const text = node.data.trim();
	if (!text) return;
	const range = document.createRange();
	range.selectNodeContents(node);
	const box = range.getBoundingClientRect();
	if (!overlaps(box, origin)) return;
	const place = {
		x: box.left - origin.left,
		y: box.top - origin.top,
		width: box.width,
		height: box.height
	};
	addText(into, text, style, place.x, place);
}
function addText(into, text, style, x, { y, height }) {
	const element = make("text", {
		x,
		y: y + height / 2,
		fill: style.color,
		"font-family": style.fontFamily,
		"font-size": style.fontSize,
		"font-weight": style.fontWeight,
		"dominant-baseline": "central"
	});
	element.textContent = text;
	into.append(element);
}
var DRAWN = [
	"fill",
	"fill-opacity",
	"stroke",
	"stroke-width",
	"font-size",
	"font-family"
];
function copySvg(source, box, origin) {
	const copy = source.cloneNode(true);
	const originals = [source, ...source.querySelectorAll("*")];
	[copy, ...copy.querySelectorAll("*")].forEach((element, index) => {
		const style = getComputedStyle(originals[index]);
		for (const property of DRAWN) element.setAttribute(property, style.getPropertyValue(property));
		element.removeAttribute("class");
		element.removeAttribute("style");
	});
	copy.setAttribute("x", String(box.left - origin.left));
	copy.setAttribute("y", String(box.top - origin.top));
	copy.setAttribute("width", String(box.width));
	copy.setAttribute("height", String(box.height));
	return copy;
}
// src/host/download.ts
function download(name, content) {
	const url = URL.createObjectURL(content);
	const link = document.createElement("a");
	link.href = url;
	link.download = name;
	link.click();
	setTimeout(() => URL.revokeObjectURL(url), 1e4);
}
// src/components/export_menu.tsx
var PNG_DENSITY = 2;
var FORMATS = [
	["csv", "Numbers (CSV)"],
	["png", "Picture (PNG)"],
	["svg", "Picture (SVG)"]
];
function ExportMenu() {
	const session = useSession();
	const { open, around } = useMenu();
	const error = useSignal("");
	const run = (format) => {
		open.value = false;
		error.value = "";
		save(session, format).catch((reason) => {
			error.value = reason instanceof Error ? reason.message : String(reason);
		});
	};
	return a("div", {
		class: "menu",
		...around,
		children: [a(IconButton, {
			label: error.value ? `Export failed: ${error.value}` : "Export",
			testId: "export",
			expanded: open.value,
			onClick: () => open.value = !open.value,
			children: a("path", { d: "M7.300 1.500h1.400v6.200l2.100-2.100 1 1L8 10.400 4.200 6.600l1-1 2.100 2.100zM2.500 10h1.400v3.100h8.200V10h1.400v4.500h-11z" })
		}), open.value && a("div", {
			class: "menu-items",
			role: "group",
			"aria-label": "Export",
			children: FORMATS.map(([format, title]) => a("button", {
				type: "button",
				disabled: format === "csv" && !session.sheet.value,
				"data-testid": `export-${format}`,
				onClick: () => run(format),
				children: title
			}, format))
		})]
	});
}
async function save(session, format) {
	const sheet = session.sheet.peek();
	const name = fileName([session.run.peek()?.name ?? "", sheet?.title ?? session.settings.view.peek()], format);
	if (format === "csv") {
		if (sheet) download(name, new Blob([toCsv(sheet)], { type: "text/csv" }));
		return;
	}
	const view = document.getElementById("view");
	const svg = pageSvg(view, getComputedStyle(view.closest(".app")).backgroundColor);
	download(name, format === "svg" ? new Blob([svgText(svg)], { type: "image/svg+xml" }) : await svgToPng(svg, PNG_DENSITY));
}
// src/components/toolbar.tsx
function Toolbar() {
	const session = useSession();
	return a("header", {
		class: "toolbar",
		children: [
			a("h1", {
				class: "unseen",
				children: "Keras Inspect"
			}),
			a(RunPicker, {}),
			a(ViewTabs, {}),
			a("span", { class: "spring" }),
			a(FilterField, {}),
			a(Freshness, {}),
			a(TableToggle, {}),
			a(ExportMenu, {}),
			a(IconButton, {
				label: "Keyboard shortcuts (?)",
				onClick: () => session.helpOpen.value = true,
				children: a("path", { d: "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1zm0 1.3a5.7 5.7 0 1 1 0 11.4A5.7 5.7 0 0 1 8 2.3zM7.3 11h1.4v1.4H7.3zM8 3.8c1.5 0 2.6 1 2.6 2.4 0 1.1-.6 1.700-1.200 2.200-.5.4-.7.7-.7 1.400H7.300c0-1.200.5-1.800 1.100-2.300.5-.4.8-.7.8-1.300 0-.7-.5-1.100-1.200-1.100s-1.200.5-1.200 1.300H5.400c0-1.500 1.100-2.600 2.600-2.600z" })
			})
		]
	});
}
function RunPicker() {
	const session = useSession();
	const names = (session.runs.state.value.data?.runs ?? []).map(({ name }) => name);
	const chosen = session.chosen.value?.name ?? session.settings.run.value;
	return a(Select, {
		label: "Run",
		value: chosen,
		options: (names.includes(chosen) ? names : [chosen, ...names]).map((name) => [name, name === "" || name === "." ? "(log directory)" : name]),
		onChange: (name) => {
			session.player.stop();
			session.settings.step.value = void 0;
			session.settings.run.value = name;
		},
		testId: "run-picker",
		visibleLabel: true
	});
}
function ViewTabs() {
	const { view } = useSession().settings;
	const move = (event) => {
		const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
		if (!by) return;
		event.stopPropagation();
		event.preventDefault();
		const next = VIEWS[(VIEWS.indexOf(view.value) + by + VIEWS.length) % VIEWS.length];
		view.value = next;
		document.getElementById(`tab-${next}`)?.focus();
	};
	return a("div", {
		class: "tabs",
		role: "tablist",
		"aria-label": "Views",
		onKeyDown: move,
		children: VIEWS.map((name) => a("button", {
			id: `tab-${name}`,
			type: "button",
			role: "tab",
			"aria-selected": view.value === name,
			"aria-controls": "view",
			tabIndex: view.value === name ? 0 : -1,
			"data-testid": `view-${name}`,
			onClick: () => view.value = name,
			children: VIEW_TITLES[name]
		}, name))
	});
}
function TableToggle() {
	const { asTable, view } = useSession().settings;
	const pressed = asTable.value === "yes";
	return a(IconButton, {
		label: pressed ? "View as picture (t)" : "View as table (t)",
		pressed,
		disabled: view.value === "overview",
		testId: "as-table",
		onClick: () => asTable.value = pressed ? "no" : "yes",
		children: a("path", { d: "M2 2.500h12v11H2zM3.300 6v2h2.900V6zm4.200 0v2h5.200V6zM3.300 9.200v3h2.900v-3zm4.200 0v3h5.200v-3z" })
	});
}
function FilterField() {
	const session = useSession();
	const { filter } = session.settings;
	const { valid } = session.filter.value;
	return a("input", {
		class: `filter ${valid ? "" : "invalid"}`,
		type: "search",
		placeholder: "Filter layers (regex)",
		"aria-label": "Filter layers by a regular expression",
		"aria-invalid": !valid,
		title: valid ? void 0 : "Not a regular expression: taken as plain text",
		value: filter.value,
		"data-testid": "filter",
		onInput: (event) => filter.value = event.currentTarget.value
	});
}
var STALE_SECONDS = 120;
function Freshness() {
	const session = useSession();
	const run = session.chosen.value;
	const now = useSignal(Date.now() / 1e3);
	const visible = session.host.visible.value;
	A$1(() => {
		if (!visible) return void 0;
		now.value = Date.now() / 1e3;
		const timer = setInterval(() => now.value = Date.now() / 1e3, 1e3);
		return () => clearInterval(timer);
	}, [visible]);
	const failed = session.runs.state.value.error;
	if (failed !== void 0) return a("button", {
		class: "button alarm",
		title: failed,
		onClick: () => void session.runs.refresh(),
		children: "no connection, retry"
	});
	if (!run) return null;
	const age = Math.max(0, now.value - run.wall_time);
	const live = age < STALE_SECONDS;
	return a("span", {
		class: `freshness ${live ? "live" : ""}`,
		title: "When the newest record was written",
		children: [
			a("i", {}),
			" ",
			live ? "live, " : "",
			formatAge(age),
			run.problems.length > 0 && a("span", {
				class: "problems",
				title: run.problems.join("\n"),
				"data-testid": "problems",
				children: [
					formatCount(run.problems.length),
					" ",
					run.problems.length === 1 ? "problem" : "problems"
				]
			})
		]
	});
}
// src/components/app.tsx
var COMPONENTS = {
	overview: Overview,
	time: OverTime,
	distributions: Distributions,
	activations: Activations,
	units: UnitsView,
	weights: Weights,
	graph: GraphView,
	compare: Compare
};
function App({ session }) {
	A$1(() => {
		const onKey = (event) => shortcut(session, event);
		document.addEventListener("keydown", onKey);
		return () => document.removeEventListener("keydown", onKey);
	}, [session]);
	return a(SessionContext.Provider, {
		value: session,
		children: a("div", {
			class: "app",
			"data-theme": session.host.theme.value,
			"data-testid": "app",
			children: [a(Content, { session }), a(Tooltip, {})]
		})
	});
}
function Content({ session }) {
	const { data, error } = session.runs.state.value;
	if (!data) {
		if (error === void 0) return a("div", {
			class: "spinner",
			role: "status",
			"aria-label": "Loading"
		});
		return a(ErrorState, {
			message: error,
			retry: () => void session.runs.refresh()
		});
	}
	if (!data.runs.length) return a(EmptyState, { logdir: data.logdir });
	const View = COMPONENTS[session.settings.view.value];
	return a($, { children: [
		a(Toolbar, {}),
		session.chosen.value && a(FindingsBar, {}),
		session.chosen.value ? a("main", {
			class: "panes",
			children: [a("section", {
				class: "left",
				id: "view",
				role: "tabpanel",
				"aria-label": "View",
				children: [a("h2", {
					class: "unseen",
					children: VIEW_TITLES[session.settings.view.value]
				}), a(View, {})]
			}), a("aside", {
				class: "right",
				"aria-label": "Details",
				children: [
					a(ControlPanel, {}),
					a(FindingPanel, {}),
					a(ThresholdsPanel, {}),
					a(LayerPanel, {})
				]
			})]
		}) : a(ErrorState, { message: `There is no run ${JSON.stringify(session.settings.run.value)}.` }),
		a(Scrubber, {}),
		session.helpOpen.value && a(HelpSheet, {})
	] });
}
// src/host/hash.ts
var prefixOf = (plugin) => `p.${plugin}.`;
function pluginEntries(hash, plugin) {
	const prefix = prefixOf(plugin);
	const entries = new Map();
	for (const part of partsOf(hash)) {
		const at = part.indexOf("=");
		const key = decode(part.slice(0, at));
		if (at > 0 && key.startsWith(prefix)) entries.set(key.slice(prefix.length), decode(part.slice(at + 1)));
	}
	return entries;
}
function mergeHash(hash, plugin, entries) {
	const prefix = prefixOf(plugin);
	const others = partsOf(hash).filter((part) => {
		const key = decode(part.split("=", 1)[0]);
		return part.includes("=") && !key.startsWith(prefix);
	});
	const own = [...entries].map(([key, value]) => `${prefix}${encodeURIComponent(key)}=${encodeURIComponent(value)}`);
	return `#${[
		plugin,
		...others,
		...own
	].join("&")}`;
}
var partsOf = (hash) => hash.replace(/^#/, "").split("&").filter(Boolean);
function decode(text) {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
// src/host/host.ts
var PLUGIN_NAME = "keras_inspect";
function connectHost() {
	const outer = outerWindow();
	const visible = watchVisibility();
	return {
		theme: watchTheme(outer),
		visible,
		onReload: (callback) => listenForReload(outer, callback),
		...new Address(outer, visible).access
	};
}
var REST_MILLISECONDS = 150;
var Address = class {
	outer;
	visible;
	timer = 0;
	held = "";
	constructor(outer, visible) {
		this.outer = outer;
		this.visible = visible;
	}
	get access() {
		return {
			onStateChange: (callback) => this.outer.addEventListener("hashchange", () => {
				if (textOf(this.entries()) !== this.held) callback();
			}),
			readState: () => {
				clearTimeout(this.timer);
				const entries = this.entries();
				this.held = textOf(entries);
				return entries;
			},
			writeState: (entries) => {
				clearTimeout(this.timer);
				this.timer = window.setTimeout(() => this.write(entries), REST_MILLISECONDS);
			}
		};
	}
	entries() {
		return pluginEntries(this.outer.location.hash, PLUGIN_NAME);
	}
	write(entries) {
		if (!this.visible.peek()) return;
		const { location, history } = this.outer;
		const hash = mergeHash(location.hash, PLUGIN_NAME, entries);
		this.held = textOf(entries);
		if (hash === location.hash) return;
		history.replaceState(history.state, "", location.pathname + location.search + hash);
	}
};
var textOf = (entries) => JSON.stringify([...entries].sort());
function outerWindow() {
	try {
		return window.parent.document.body ? window.parent : window;
	} catch {
		return window;
	}
}
function watchTheme(outer) {
	if (outer === window) return watchSystemTheme();
	const body = outer.document.body;
	const read = () => body.classList.contains("dark-mode") ? "dark" : "light";
	const theme = y$1(read());
	new MutationObserver(() => theme.value = read()).observe(body, {
		attributes: true,
		attributeFilter: ["class"]
	});
	return theme;
}
function watchSystemTheme() {
	const query = window.matchMedia("(prefers-color-scheme: dark)");
	const theme = y$1(query.matches ? "dark" : "light");
	query.addEventListener("change", () => theme.value = query.matches ? "dark" : "light");
	return theme;
}
function watchVisibility() {
	const read = () => !document.hidden && window.innerHeight > 0 && window.innerWidth > 0;
	const visible = y$1(read());
	const update = () => visible.value = read();
	document.addEventListener("visibilitychange", update);
	window.addEventListener("resize", update);
	return visible;
}
function listenForReload(outer, callback) {
	if (outer === window) return;
	const channel = new MessageChannel();
	channel.port1.onmessage = (event) => {
		const message = JSON.parse(event.data);
		if (message.isReply) return;
		const { type, id } = message;
		channel.port1.postMessage(JSON.stringify({
			type,
			id,
			payload: null,
			error: null,
			isReply: true
		}));
		if (type === "experimental.DataReloaded") callback();
	};
	outer.postMessage("experimental.bootstrap", "*", [channel.port2]);
}
// src/style/style.ts
var style_default = [
	".uplot, .uplot *, .uplot *::before, .uplot *::after {box-sizing: border-box;}.uplot {font-family: system-ui, -apple-system, \"Segoe UI\", Roboto, \"Helvetica Neue\", Arial, \"Noto Sans\", sans-serif, \"Apple Color Emoji\", \"Segoe UI Emoji\", \"Segoe UI Symbol\", \"Noto Color Emoji\";line-height: 1.5;width: min-content;}.u-title {text-align: center;font-size: 18px;font-weight: bold;}.u-wrap {position: relative;user-select: none;}.u-over, .u-under {position: absolute;}.u-under {overflow: hidden;}.uplot canvas {display: block;position: relative;width: 100%;height: 100%;}.u-axis {position: absolute;}.u-legend {font-size: 14px;margin: auto;text-align: center;}.u-inline {display: block;}.u-inline * {display: inline-block;}.u-inline tr {margin-right: 16px;}.u-legend th {font-weight: 600;}.u-legend th > * {vertical-align: middle;display: inline-block;}.u-legend .u-marker {width: 1em;height: 1em;margin-right: 4px;background-clip: padding-box !important;}.u-inline.u-live th::after {content: \":\";vertical-align: middle;}.u-inline:not(.u-live) .u-value {display: none;}.u-series > * {padding: 4px;}.u-series th {cursor: pointer;}.u-legend .u-off > * {opacity: 0.3;}.u-select {background: rgba(0,0,0,0.07);position: absolute;pointer-events: none;}.u-cursor-x, .u-cursor-y {position: absolute;left: 0;top: 0;pointer-events: none;will-change: transform;}.u-hz .u-cursor-x, .u-vt .u-cursor-y {height: 100%;border-right: 1px dashed #607D8B;}.u-hz .u-cursor-y, .u-vt .u-cursor-x {width: 100%;border-bottom: 1px dashed #607D8B;}.u-cursor-pt {position: absolute;top: 0;left: 0;border-radius: 50%;border: 0 solid;pointer-events: none;will-change: transform;/*this has to be !important since we set inline \"background\" shorthand */background-clip: padding-box !important;}.u-axis.u-off, .u-select.u-off, .u-cursor-x.u-off, .u-cursor-y.u-off, .u-cursor-pt.u-off {display: none;}",
	"/* Colours of both themes, after TensorBoard's own. Text on its background reaches a contrast of 4.5. */\n.app {\n  --background: #fff;\n  --surface: #f5f6f7;\n  --raised: #fff;\n  --text: #212121;\n  --muted: #616161;\n  --border: #dcdfe2;\n  --grid: #eceef0;\n  --accent: #f57c00;\n  --accent-text: #a84300;\n  --selected: #fff1e0;\n  --hover: #f3f4f6;\n  --bar: #dbe7f5;\n  --quantile: rgb(21 101 192 / 13%);\n  --ridge: rgb(242 246 251 / 88%);\n  --dead: #e85114;\n  --dead-text: #b93d08;\n  --dead-bar: #f9d3c4;\n  --alarm: #c2006f;\n  --error: #b3261e;\n  --warning: #8f5200;\n  --note: #1565c0;\n  --line: #1565c0;\n  --line-other: #b9bec6;\n  --series-1: #1565c0;\n  --series-2: #d9770a;\n  --series-3: #00806a;\n  --series-4: #7a3fc0;\n  --focus: #1565c0;\n  --shadow: 0 2px 8px rgb(0 0 0 / 22%);\n  --band: rgb(245 124 0 / 22%);\n  --band-edge: #f57c00;\n  color-scheme: light;\n}\n\n.app[data-theme='dark'] {\n  --background: #303030;\n  --surface: #383838;\n  --raised: #424242;\n  --text: #f1f1f1;\n  --muted: #bdbdbd;\n  --border: #515151;\n  --grid: #3f3f3f;\n  --accent: #ff9800;\n  --accent-text: #ffb74d;\n  --selected: #4b3b26;\n  --hover: #3c3c3c;\n  --bar: #3d5068;\n  --quantile: rgb(100 181 246 / 20%);\n  --ridge: rgb(56 64 74 / 88%);\n  --dead: #ff7043;\n  --dead-text: #ff9b78;\n  --dead-bar: #6b3524;\n  --alarm: #ff6ec0;\n  --error: #ff8f86;\n  --warning: #ffc46b;\n  --note: #8ec7ff;\n  --line: #64b5f6;\n  --line-other: #6b6f75;\n  --series-1: #64b5f6;\n  --series-2: #ffb74d;\n  --series-3: #4dd0b1;\n  --series-4: #c79bff;\n  --focus: #64b5f6;\n  --shadow: 0 2px 10px rgb(0 0 0 / 60%);\n  --band: rgb(255 152 0 / 28%);\n  --band-edge: #ff9800;\n  color-scheme: dark;\n}\n",
	"html,\nbody,\n.root {\n  height: 100%;\n  margin: 0;\n  overflow: hidden;\n}\n\n.app {\n  height: 100%;\n  display: flex;\n  flex-direction: column;\n  font:\n    12px/1.35 Roboto,\n    'Helvetica Neue',\n    Arial,\n    'Liberation Sans',\n    sans-serif;\n  color: var(--text);\n  background: var(--background);\n  font-variant-numeric: tabular-nums;\n}\n\n.app *,\n.app *::before {\n  box-sizing: border-box;\n}\n\n.app h2,\n.app h3,\n.app p,\n.app dl,\n.app dd,\n.app figure {\n  margin: 0;\n}\n\n.app [hidden] {\n  display: none;\n}\n\n.app :focus-visible {\n  outline: 2px solid var(--focus);\n  outline-offset: -2px;\n}\n\n.unseen {\n  position: absolute;\n  width: 1px;\n  height: 1px;\n  margin: 0;\n  overflow: hidden;\n  clip-path: inset(50%);\n}\n\n.spring {\n  flex: 1;\n}\n\n.quiet {\n  color: var(--muted);\n}\n\n.alarm {\n  color: var(--alarm);\n  font-weight: 500;\n}\n\n.missing {\n  color: var(--muted);\n}\n\n.number {\n  text-align: right;\n  white-space: nowrap;\n}\n\n.prefix {\n  color: var(--muted);\n}\n\n.class-name {\n  color: var(--muted);\n  font-weight: 400;\n}\n\n.panes {\n  flex: 1;\n  min-height: 0;\n  display: grid;\n  grid-template-columns: minmax(0, 60fr) minmax(480px, 40fr);\n}\n\n.left {\n  min-width: 0;\n  min-height: 0;\n  display: flex;\n  flex-direction: column;\n}\n\n.right {\n  min-height: 0;\n  overflow: hidden auto;\n  border-left: 1px solid var(--border);\n  background: var(--background);\n}\n\n/* States */\n.state,\n.empty {\n  margin: 48px auto;\n  max-width: 560px;\n  padding: 0 24px;\n  line-height: 1.6;\n  font-size: 13px;\n}\n\n.state p {\n  color: var(--muted);\n  margin: 4px 0 12px;\n}\n\n.empty h2 {\n  font-size: 20px;\n  font-weight: 400;\n  margin-bottom: 12px;\n}\n\n.empty pre {\n  margin: 12px 0;\n  padding: 12px 16px;\n  border: 1px solid var(--border);\n  border-radius: 4px;\n  background: var(--surface);\n  font:\n    12px/1.6 'Roboto Mono',\n    Menlo,\n    Consolas,\n    'Liberation Mono',\n    monospace;\n}\n\n.empty code {\n  font-family: 'Roboto Mono', Menlo, Consolas, 'Liberation Mono', monospace;\n  overflow-wrap: anywhere;\n}\n\n.pending {\n  position: relative;\n  flex: 1;\n  min-height: 0;\n  min-width: 0;\n  display: flex;\n  flex-direction: column;\n}\n\n.pending-content {\n  flex: 1;\n  min-height: 0;\n  min-width: 0;\n  display: flex;\n  flex-direction: column;\n}\n\n.pending.stale > .pending-content {\n  opacity: 0.45;\n}\n\n.spinner {\n  position: absolute;\n  left: calc(50% - 14px);\n  top: min(30%, 160px);\n  width: 28px;\n  height: 28px;\n  border: 3px solid var(--border);\n  border-top-color: var(--accent);\n  border-radius: 50%;\n  animation:\n    spin 0.9s linear infinite,\n    appear 0s 200ms both;\n}\n\n@keyframes spin {\n  to {\n    transform: rotate(360deg);\n  }\n}\n\n@keyframes appear {\n  from {\n    visibility: hidden;\n  }\n}\n\n@media (prefers-reduced-motion: reduce) {\n  .spinner {\n    animation: appear 0s 200ms both;\n  }\n}\n\n.error-bar {\n  display: flex;\n  align-items: center;\n  gap: 12px;\n  padding: 4px 12px;\n  color: var(--alarm);\n  border-bottom: 1px solid var(--border);\n}\n\n/* Tooltip */\n.tooltip {\n  position: fixed;\n  z-index: 10;\n  max-width: 320px;\n  padding: 6px 10px;\n  border-radius: 4px;\n  border: 1px solid var(--border);\n  background: var(--raised);\n  box-shadow: var(--shadow);\n  pointer-events: none;\n  overflow-wrap: anywhere;\n}\n\n.tooltip-title {\n  font-weight: 500;\n  margin-bottom: 2px;\n}\n\n.tooltip dl > div {\n  display: flex;\n  justify-content: space-between;\n  gap: 16px;\n}\n\n.tooltip dt,\n.tooltip-note {\n  color: var(--muted);\n}\n\n.tooltip-note {\n  margin-top: 3px;\n}\n\n/* Help */\n.help {\n  border: 1px solid var(--border);\n  border-radius: 4px;\n  padding: 16px 20px;\n  color: var(--text);\n  background: var(--raised);\n  box-shadow: var(--shadow);\n}\n\n.help::backdrop {\n  background: rgb(0 0 0 / 35%);\n}\n\n.help h2 {\n  font-size: 15px;\n  font-weight: 500;\n  margin-bottom: 10px;\n}\n\n.help dl > div {\n  display: grid;\n  grid-template-columns: 80px 1fr;\n  padding: 2px 0;\n}\n\n.help .button {\n  margin-top: 14px;\n}\n\nkbd {\n  font: inherit;\n  padding: 0 5px;\n  border: 1px solid var(--border);\n  border-radius: 3px;\n  background: var(--surface);\n}\n",
	".toolbar,\n.view-bar {\n  display: flex;\n  align-items: center;\n  gap: 10px;\n  padding: 0 12px;\n  border-bottom: 1px solid var(--border);\n  white-space: nowrap;\n}\n\n.toolbar {\n  height: 40px;\n  background: var(--surface);\n}\n\n.view-bar {\n  min-height: 36px;\n  flex: none;\n  overflow: hidden;\n}\n\n.view-bar > * {\n  flex: none;\n}\n\n.view-bar > .spring {\n  flex: 1;\n}\n\n.view-bar > .quiet {\n  flex: 0 1 auto;\n  min-width: 0;\n  overflow: hidden;\n  text-overflow: ellipsis;\n}\n\n.app .view-bar select {\n  max-width: 150px;\n}\n\n.app button,\n.app select,\n.app input {\n  font: inherit;\n  color: inherit;\n}\n\n.field {\n  display: inline-flex;\n  align-items: center;\n  gap: 6px;\n}\n\n.field > span {\n  color: var(--muted);\n}\n\n.app select,\n.filter {\n  height: 26px;\n  padding: 0 6px;\n  border: 1px solid var(--border);\n  border-radius: 4px;\n  background: var(--background);\n}\n\n.app select {\n  max-width: 240px;\n  text-overflow: ellipsis;\n}\n\n.filter {\n  width: 150px;\n  flex: 0 1 auto;\n  min-width: 60px;\n}\n\n.filter::placeholder {\n  color: var(--muted);\n  opacity: 1;\n}\n\n.filter.invalid {\n  border-color: var(--alarm);\n}\n\n.button {\n  height: 26px;\n  padding: 0 10px;\n  border: 1px solid var(--border);\n  border-radius: 4px;\n  background: var(--background);\n  cursor: pointer;\n}\n\n.button:hover,\n.icon-button:hover:enabled {\n  background: var(--hover);\n}\n\n.icon-button {\n  display: inline-grid;\n  place-items: center;\n  width: 28px;\n  height: 28px;\n  padding: 0;\n  border: 0;\n  border-radius: 4px;\n  background: none;\n  cursor: pointer;\n}\n\n.app .icon-button {\n  color: var(--muted);\n}\n\n.icon-button:disabled {\n  opacity: 0.4;\n  cursor: default;\n}\n\n.icon-button[aria-pressed='true'] {\n  background: var(--selected);\n  color: var(--text);\n}\n\n.menu {\n  position: relative;\n}\n\n.menu-items {\n  position: absolute;\n  right: 0;\n  top: 30px;\n  z-index: 5;\n  display: flex;\n  flex-direction: column;\n  padding: 4px 0;\n  border: 1px solid var(--border);\n  border-radius: 4px;\n  background: var(--raised);\n  box-shadow: var(--shadow);\n}\n\n.menu-items button {\n  padding: 5px 16px;\n  border: 0;\n  background: none;\n  text-align: left;\n  cursor: pointer;\n}\n\n.menu-items button:hover:enabled {\n  background: var(--hover);\n}\n\n.menu-items button:disabled {\n  opacity: 0.5;\n  cursor: default;\n}\n\n.tabs {\n  display: flex;\n  align-self: stretch;\n  margin-left: 6px;\n}\n\n.tabs button {\n  position: relative;\n  padding: 0 10px;\n  border: 0;\n  background: none;\n  cursor: pointer;\n  font-size: 13px;\n}\n\n.app .tabs button {\n  color: var(--muted);\n}\n\n.tabs button:hover {\n  background: var(--hover);\n}\n\n.app .tabs button[aria-selected='true'] {\n  color: var(--text);\n  font-weight: 500;\n}\n\n.tabs button[aria-selected='true']::after {\n  content: '';\n  position: absolute;\n  inset: auto 8px 0;\n  height: 2px;\n  background: var(--accent);\n}\n\n.choice {\n  display: inline-flex;\n  border: 1px solid var(--border);\n  border-radius: 4px;\n  overflow: hidden;\n  flex: none;\n}\n\n.choice button {\n  height: 24px;\n  padding: 0 9px;\n  border: 0;\n  background: var(--background);\n  cursor: pointer;\n}\n\n.choice button + button {\n  border-left: 1px solid var(--border);\n}\n\n.choice button[aria-pressed='true'] {\n  background: var(--selected);\n  font-weight: 500;\n}\n\n.info {\n  display: inline-grid;\n  place-items: center;\n  width: 15px;\n  height: 15px;\n  flex: none;\n  border: 1px solid var(--muted);\n  border-radius: 50%;\n  color: var(--muted);\n  font:\n    italic 10px/1 Georgia,\n    'Liberation Serif',\n    serif;\n  cursor: help;\n}\n\n.freshness {\n  display: inline-flex;\n  align-items: center;\n  gap: 5px;\n  color: var(--muted);\n  min-width: 92px;\n}\n\n.freshness > i {\n  width: 7px;\n  height: 7px;\n  border-radius: 50%;\n  background: var(--line-other);\n}\n\n.freshness.live > i {\n  background: #2e9e4f;\n}\n\n.problems {\n  margin-left: 6px;\n  padding: 1px 6px;\n  border-radius: 8px;\n  color: var(--accent-text);\n  background: var(--selected);\n  cursor: help;\n}\n\n/* Legends */\n.legend {\n  display: inline-flex;\n  align-items: center;\n  gap: 6px;\n  color: var(--muted);\n  overflow: hidden;\n}\n\n.gradient {\n  display: inline-block;\n  width: 88px;\n  height: 9px;\n  border-radius: 2px;\n}\n\n.swatch {\n  display: inline-block;\n  width: 9px;\n  height: 9px;\n  margin-right: 4px;\n  border-radius: 2px;\n}\n\n.swatch.dead {\n  background: var(--dead);\n}\n\n.legend > span + span {\n  margin-left: 2px;\n}\n\n/* Bottom bar */\n.scrubber-bar {\n  flex: none;\n  height: 60px;\n  display: grid;\n  grid-template-columns: auto minmax(0, 1fr) 190px;\n  align-items: center;\n  gap: 10px;\n  padding: 0 12px 0 8px;\n  border-top: 1px solid var(--border);\n  background: var(--surface);\n}\n\n.transport {\n  display: flex;\n}\n\n.strip {\n  position: relative;\n  height: 48px;\n  border: 1px solid var(--border);\n  border-radius: 3px;\n  background: var(--background);\n  cursor: ew-resize;\n  touch-action: none;\n  overflow: hidden;\n}\n\n.strip svg {\n  display: block;\n  position: absolute;\n  inset: 0;\n}\n\n.strip text:not(.nonfinite text) {\n  font-size: 10px;\n  fill: var(--muted);\n}\n\n.strip .loss {\n  fill: none;\n  stroke: var(--line);\n  stroke-width: 1.2;\n}\n\n.strip .epoch {\n  stroke: var(--border);\n}\n\n.step-info {\n  display: flex;\n  flex-direction: column;\n  align-items: flex-start;\n  gap: 3px;\n}\n\n.step-label b {\n  font-weight: 600;\n}\n\n.follow {\n  height: 22px;\n}\n\n.follow[aria-pressed='true'] {\n  background: var(--selected);\n  border-color: var(--accent);\n}\n\n.step-band {\n  position: absolute;\n  top: 0;\n  bottom: 0;\n  min-width: 1px;\n  background: var(--band);\n  border-left: 1px solid var(--band-edge);\n  pointer-events: none;\n}\n\n.nonfinite text {\n  font-size: 10px;\n  font-weight: 500;\n  fill: var(--alarm);\n}\n",
	"/* Overview */\n.overview-page {\n  flex: 1;\n  min-height: 0;\n  display: flex;\n  flex-direction: column;\n}\n\n.overview {\n  flex: 0 1 auto;\n  min-height: 120px;\n  overflow: auto;\n}\n\n.training {\n  flex: 1 1 0;\n  min-height: 0;\n  display: flex;\n  flex-direction: column;\n}\n\n.training .track {\n  display: flex;\n  flex: 1;\n  min-height: 0;\n  flex-direction: column;\n}\n\n.overview table,\n.values {\n  width: 100%;\n  border-collapse: collapse;\n}\n\n.overview thead th {\n  position: sticky;\n  top: 0;\n  z-index: 1;\n  height: 30px;\n  padding: 0;\n  background: var(--background);\n  box-shadow: inset 0 -1px var(--border);\n  font-weight: 400;\n  text-align: left;\n}\n\n.overview thead button {\n  width: 100%;\n  height: 30px;\n  padding: 0 8px;\n  border: 0;\n  background: none;\n  text-align: inherit;\n  cursor: pointer;\n  white-space: nowrap;\n}\n\n.app .overview thead button,\n.overview thead .trend {\n  color: var(--muted);\n}\n\n.overview thead .number {\n  text-align: right;\n}\n\n.order {\n  margin-left: 6px;\n  font-size: 11px;\n  text-decoration: underline dotted;\n  text-underline-offset: 2px;\n}\n\n.sort {\n  margin-left: 3px;\n  font-size: 8px;\n}\n\n.overview tbody tr {\n  height: 26px;\n  cursor: pointer;\n}\n\n.overview tbody tr:hover {\n  background: var(--hover);\n}\n\n.overview tbody tr.selected {\n  background: var(--selected);\n  box-shadow: inset 3px 0 var(--accent);\n}\n\n.overview tbody th {\n  max-width: 220px;\n  padding: 0 8px 0 12px;\n  text-align: left;\n  font-weight: 400;\n  white-space: nowrap;\n  overflow: hidden;\n  text-overflow: ellipsis;\n}\n\n/* Numbers before words where there is little room: the class is in the row's title. */\n@media (max-width: 1400px) {\n  .app .overview tbody th .class-name {\n    display: none;\n  }\n}\n\n.overview thead th:first-child button {\n  padding-left: 12px;\n}\n\n.overview tbody th .class-name {\n  margin-left: 8px;\n  font-size: 11px;\n}\n\n.overview td {\n  padding: 0 8px;\n  position: relative;\n  border-bottom: 1px solid var(--grid);\n}\n\n.overview tbody th {\n  border-bottom: 1px solid var(--grid);\n}\n\n/* Numbers change with each step: their size must not matter to the table, nor its layout be done again. */\n.overview td.number > span,\n.values td.number > span.value {\n  position: relative;\n  display: block;\n  contain: size layout style; /* not paint: a long number may reach into the space before it */\n  contain-intrinsic-size: 58px 18px;\n  height: 18px;\n  line-height: 18px;\n}\n\n.overview td.share > span {\n  contain-intrinsic-width: 42px;\n}\n\n.values td.number > span.value {\n  contain-intrinsic-size: 44px 15px;\n  height: 15px;\n  line-height: 15px;\n}\n\n.bar {\n  position: absolute;\n  inset: 4px;\n  border-radius: 2px;\n  background: var(--bar);\n}\n\n.bar.dead {\n  background: var(--dead-bar);\n}\n\n.overview .trend {\n  width: 112px;\n  padding: 0 8px;\n}\n\n.sparkline {\n  position: relative;\n  width: 96px;\n  height: 20px;\n  contain: strict;\n}\n\n.sparkline svg {\n  display: block;\n}\n\n.sparkline path {\n  fill: none;\n  stroke: var(--line);\n  stroke-width: 1;\n}\n\n.sparkline .step-band {\n  background: none;\n}\n\n/* Over time */\n.time-plots {\n  flex: 1;\n  min-height: 0;\n  display: flex;\n  flex-direction: column;\n  padding: 8px 12px 4px 0;\n}\n\n.heatmap-frame {\n  display: grid;\n  grid-template-columns: var(--gutter) minmax(0, 1fr);\n  flex: none;\n}\n\n.row-labels {\n  position: relative;\n}\n\n.row-labels button {\n  position: absolute;\n  left: 0;\n  right: 0;\n  padding: 0 8px 0 12px;\n  border: 0;\n  background: none;\n  text-align: right;\n  font-size: 11px;\n  line-height: 1;\n  white-space: nowrap;\n  overflow: hidden;\n  text-overflow: ellipsis;\n  cursor: pointer;\n}\n\n.row-labels button.selected {\n  font-weight: 600;\n}\n\n.row-labels button.selected .prefix {\n  color: inherit;\n}\n\n.heatmap {\n  position: relative;\n  min-width: 0;\n  min-height: 0;\n  overflow: hidden;\n  cursor: crosshair;\n  background: var(--background);\n}\n\n.heatmap canvas {\n  position: absolute;\n  inset: 0;\n  width: 100%;\n  height: 100%;\n}\n\n.row-mark {\n  position: absolute;\n  left: 0;\n  right: 0;\n  border: 1px solid var(--band-edge);\n  border-width: 1px 0;\n  pointer-events: none;\n}\n\n.axis-row {\n  display: grid;\n  grid-template-columns: var(--gutter) minmax(0, 1fr);\n  flex: none;\n  height: 18px;\n  color: var(--muted);\n  font-size: 11px;\n}\n\n.axis-name {\n  text-align: right;\n  padding: 2px 8px 0 0;\n}\n\n.time-axis {\n  position: relative;\n  overflow: hidden;\n}\n\n.time-axis span {\n  position: absolute;\n  top: 2px;\n  padding-left: 3px;\n  border-left: 1px solid var(--border);\n}\n\n.lines-frame {\n  position: relative;\n  flex: 1;\n  min-height: 0;\n  margin-top: 6px;\n}\n\n.chart {\n  position: relative;\n  width: 100%;\n  height: 100%;\n}\n\n.chart-plot {\n  position: absolute;\n  inset: 0;\n  overflow: hidden;\n}\n\n.chart-overlay {\n  position: absolute;\n  inset: 6px 0 4px;\n  pointer-events: none;\n}\n\n.app .u-cursor-x {\n  border-right: 1px solid var(--muted);\n}\n\n/* Selected layer: what is below the values shares the height that is left. */\n.layer-panel {\n  min-height: 100%;\n  display: flex;\n  flex-direction: column;\n}\n\n.layer-panel > .pending:first-of-type {\n  flex: 3 0 auto;\n}\n\n.layer-panel > .units {\n  flex: 1 0 auto;\n}\n\n.layer-panel > header {\n  padding: 8px 14px 6px;\n}\n\n.layer-panel h2 {\n  font-size: 14px;\n  font-weight: 500;\n  overflow-wrap: anywhere;\n}\n\n.layer-panel > header p {\n  color: var(--muted);\n}\n\n.values {\n  table-layout: auto;\n  font-size: 11px;\n  border-top: 1px solid var(--border);\n}\n\n.values th,\n.values td {\n  padding: 1px 5px;\n  font-weight: 400;\n}\n\n.values thead th {\n  color: var(--muted);\n  text-align: right;\n}\n\n.values tbody th {\n  padding-left: 14px;\n  text-align: left;\n  white-space: nowrap;\n}\n\n.values tbody {\n  border-top: 1px solid var(--grid);\n}\n\n.values .extra i {\n  color: var(--muted);\n  font-style: normal;\n}\n\n.values .extra span {\n  display: block;\n}\n\n.values tr > :last-child {\n  padding-right: 14px;\n}\n\n.track {\n  padding: 4px 14px 0 0;\n  border-top: 1px solid var(--border);\n}\n\n.tracks {\n  flex: 1;\n  display: flex;\n  flex-direction: column;\n}\n\n.tracks .track {\n  flex: 1 0 76px;\n  max-height: 150px;\n  display: flex;\n  flex-direction: column;\n}\n\n.unit-track {\n  flex: 1;\n  min-height: 110px;\n  display: flex;\n  flex-direction: column;\n}\n\n.track > header {\n  display: flex;\n  align-items: baseline;\n  gap: 10px;\n  padding-left: 14px;\n  white-space: nowrap;\n  overflow: hidden;\n}\n\n.track h3 {\n  flex: none;\n  font-size: 12px;\n  font-weight: 500;\n}\n\n.track .chart {\n  flex: 1;\n  min-height: 0;\n}\n\n.reading b.dead {\n  color: var(--dead-text);\n  font-weight: 500;\n}\n\n.reading {\n  color: var(--muted);\n}\n\n.reading b {\n  color: var(--text);\n  font-weight: 400;\n}\n\n.reading b.alarm {\n  color: var(--alarm);\n  font-weight: 500;\n}\n\n.reading .gradient {\n  width: 48px;\n}\n\n.dash {\n  display: inline-block;\n  width: 10px;\n  height: 2px;\n  margin-right: 4px;\n  vertical-align: 3px;\n}\n\n.unit-frame {\n  flex: 1;\n  min-height: 40px;\n  display: flex;\n  margin-top: 4px;\n}\n\n.unit-plot {\n  flex: 1;\n  min-width: 0;\n  display: grid;\n}\n\n.unit-axis {\n  flex: none;\n  display: flex;\n  flex-direction: column;\n  justify-content: space-between;\n  padding-right: 6px;\n  text-align: right;\n  color: var(--muted);\n  font-size: 11px;\n}\n\n.units-note {\n  padding: 10px 14px;\n  border-top: 1px solid var(--border);\n}\n\n/* Distributions */\n.density-plot {\n  flex: 1;\n  min-height: 0;\n  display: flex;\n  flex-direction: column;\n  padding: 8px 12px 4px 0;\n}\n\n.density-frame {\n  flex: 1;\n  min-height: 0;\n  display: flex;\n}\n\n.value-axis {\n  flex: none;\n  position: relative;\n}\n\n.value-axis span,\n.unit-numbers span {\n  position: absolute;\n  right: 6px;\n  transform: translateY(-50%);\n  color: var(--muted);\n  font-size: 11px;\n  line-height: 1;\n}\n.step-bars {\n  flex: none;\n  border-left: 1px solid var(--border);\n}\n\n.step-bars text {\n  font-size: 11px;\n  fill: var(--alarm);\n}\n\n.step-bars rect {\n  fill: var(--line);\n}\n\n.axis-row.density-axis {\n  grid-template-columns: var(--gutter) minmax(0, 1fr) 96px;\n}\n\n.ridges {\n  position: relative;\n  flex: 1;\n  min-height: 0;\n  padding: 0;\n}\n\n.ridges svg {\n  position: absolute;\n  inset: 0;\n}\n\n.ridges path {\n  fill: var(--ridge);\n  stroke: var(--line);\n  stroke-width: 1;\n  cursor: pointer;\n}\n\n.ridges g:hover path {\n  fill: var(--bar);\n}\n\n.ridges .shown path {\n  fill: var(--selected);\n  stroke: var(--band-edge);\n  stroke-width: 1.5;\n}\n\n.ridges text {\n  font-size: 11px;\n  fill: var(--muted);\n}\n\n.ridges .shown text {\n  fill: var(--text);\n  font-weight: 600;\n}\n\n.ridge-axis {\n  position: absolute;\n  left: 0;\n  bottom: 4px;\n  text-align: right;\n  font-size: 11px;\n  color: var(--muted);\n}\n\n/* Units */\n.unit-frame.tall {\n  flex: 3 1 0;\n  margin: 8px 12px 0 0;\n}\n\n.unit-numbers {\n  flex: none;\n  position: relative;\n}\n\n.unit-numbers span.selected {\n  color: var(--text);\n  font-weight: 600;\n}\n\n.units-view .axis-row {\n  margin-right: 12px;\n}\n\n.unit-tracks {\n  flex: 2 1 0;\n  min-height: 200px;\n  display: flex;\n  flex-direction: column;\n  margin-top: 6px;\n}\n\n.unit-tracks .track {\n  flex: 1;\n  min-height: 0;\n  display: flex;\n  flex-direction: column;\n}\n\n.dead-text {\n  color: var(--dead-text);\n  font-weight: 500;\n}\n\n/* Weights */\n.weights-table thead th > span {\n  padding: 0 8px;\n  color: var(--muted);\n}\n\n.weights-table thead th:first-child > span {\n  padding-left: 12px;\n}\n\n.weight-curves {\n  flex: 1 1 0;\n  min-height: 190px;\n  display: flex;\n  flex-direction: column;\n  border-top: 1px solid var(--border);\n}\n\n.weight-curves .track {\n  flex: 1;\n  min-height: 0;\n  display: flex;\n  flex-direction: column;\n  border-top: 0;\n}\n\n/* Graph */\n.graph {\n  position: relative;\n  flex: 1;\n  min-height: 0;\n  overflow: hidden;\n  cursor: grab;\n  touch-action: none;\n  user-select: none;\n}\n\n.graph:active {\n  cursor: grabbing;\n}\n\n.graph > svg {\n  position: absolute;\n  inset: 0;\n}\n\n.graph .edge {\n  fill: none;\n  stroke: var(--muted);\n  stroke-width: 1.2;\n}\n\n.graph .edge.assumed {\n  stroke-dasharray: 4 3;\n}\n\n.graph .arrow {\n  fill: var(--muted);\n}\n\n.graph .block > rect {\n  fill: var(--surface);\n  stroke: var(--border);\n}\n\n.graph .hit {\n  fill: transparent;\n}\n\n.graph .block text,\n.graph .node text {\n  font-size: 11px;\n  fill: var(--text);\n}\n\n.graph .node,\n.graph .block > g {\n  cursor: pointer;\n}\n\n.graph .face,\n.graph .behind {\n  fill: var(--raised);\n  stroke: var(--border);\n}\n\n.graph .node:hover .face {\n  fill: var(--hover);\n}\n\n.graph .node.selected .face {\n  fill: var(--selected);\n  stroke: var(--accent);\n  stroke-width: 1.5;\n}\n\n.graph .node.dimmed {\n  opacity: 0.3;\n}\n\n.graph .node .name {\n  font-size: 12px;\n}\n\n.graph .block .kind,\n.graph .node .kind {\n  fill: var(--muted);\n}\n\n.graph .node .value.bad {\n  fill: var(--alarm);\n}\n\n.graph .node:focus-visible,\n.graph .block > g:focus-visible {\n  outline-offset: 1px;\n}\n\n.graph-tools {\n  position: absolute;\n  right: 10px;\n  top: 8px;\n  display: flex;\n  flex-direction: column;\n  border: 1px solid var(--border);\n  border-radius: 4px;\n  background: var(--raised);\n}\n\n/* Compare */\n.compare-plots {\n  flex: 1;\n  min-height: 0;\n  display: flex;\n  flex-direction: column;\n  padding: 2px 12px 4px 0;\n}\n\n.compare-note {\n  padding: 8px 14px 0;\n}\n\n.compare-panel {\n  flex: 1 1 0;\n  min-height: 60px;\n  display: flex;\n  flex-direction: column;\n}\n\n.compare-panel > header {\n  flex: none;\n  height: 24px;\n  display: flex;\n  align-items: center;\n  gap: 10px;\n  padding: 0 0 0 14px;\n  white-space: nowrap;\n  overflow: hidden;\n}\n\n.compare-panel h3 {\n  font-size: 12px;\n  font-weight: 500;\n  overflow: hidden;\n  text-overflow: ellipsis;\n}\n\n.compare-frame,\n.axis-row.compare-axis {\n  display: grid;\n  grid-template-columns: var(--gutter) minmax(0, 1fr) 76px;\n}\n\n.compare-frame {\n  flex: 1;\n  min-height: 0;\n}\n\n.row-numbers {\n  position: relative;\n}\n\n.row-numbers span {\n  position: absolute;\n  right: 0;\n  transform: translateY(-50%);\n  font-size: 11px;\n  line-height: 1;\n  white-space: nowrap;\n}\n\n.compare-axis .axis-name:last-child {\n  padding-right: 0;\n}\n\n/* Numbers in place of a picture */\n.sheet {\n  flex: 1;\n  min-height: 0;\n  overflow: auto;\n}\n\n.sheet > p {\n  padding: 6px 12px;\n}\n\n.sheet table {\n  border-collapse: collapse;\n  white-space: nowrap;\n}\n\n.sheet thead th {\n  position: sticky;\n  top: 0;\n  z-index: 1;\n  max-width: 180px;\n  overflow: hidden;\n  text-overflow: ellipsis;\n  background: var(--background);\n  box-shadow: inset 0 -1px var(--border);\n  color: var(--muted);\n  font-weight: 400;\n}\n\n.sheet th,\n.sheet td {\n  height: 22px;\n  padding: 0 10px;\n}\n\n.sheet th:first-child {\n  position: sticky;\n  left: 0;\n  padding-left: 14px;\n  background: var(--background);\n  text-align: right;\n  font-weight: 400;\n}\n\n.sheet tbody tr {\n  border-bottom: 1px solid var(--grid);\n}\n\n/* Activations */\n.tiles {\n  position: relative;\n  flex: 1;\n  min-height: 0;\n  overflow: hidden auto;\n}\n\n.tiles-content {\n  position: relative;\n  min-height: 100%;\n}\n\n.tiles-content > canvas {\n  position: sticky;\n  top: 0;\n  display: block;\n}\n\n.inputs {\n  position: absolute;\n  left: 12px;\n  top: 0;\n}\n\n.inputs figure {\n  position: absolute;\n  left: 0;\n  width: 88px;\n}\n\n.inputs canvas {\n  display: block;\n  image-rendering: pixelated;\n}\n\n.inputs figcaption {\n  margin-top: 2px;\n  color: var(--muted);\n  font-size: 11px;\n  white-space: nowrap;\n}\n\n.snapshot {\n  padding: 1px 7px;\n  border: 1px solid var(--border);\n  border-radius: 9px;\n  color: var(--muted);\n}\n\n.snapshot.other {\n  color: var(--accent-text);\n  border-color: var(--accent);\n}\n\n.overview.stale tbody td.number {\n  color: var(--muted);\n}\n",
	"/* The bar of findings */\n.findings {\n  flex: none;\n  display: flex;\n  align-items: flex-start;\n  gap: 10px;\n  padding: 4px 12px;\n  border-bottom: 1px solid var(--border);\n}\n\n.findings-lines {\n  flex: 1;\n  min-width: 0;\n  display: flex;\n  flex-direction: column;\n  gap: 4px;\n}\n\n.findings-line {\n  position: relative;\n  min-width: 0;\n  min-height: 26px;\n  display: flex;\n  align-items: center;\n  gap: 8px;\n}\n\n.findings-line > .quiet,\n.findings-error > span {\n  overflow: hidden;\n  text-overflow: ellipsis;\n  white-space: nowrap;\n}\n\n.findings-error {\n  display: flex;\n  align-items: center;\n  gap: 8px;\n  min-width: 0;\n}\n\n.findings-run {\n  flex: none;\n  width: 130px;\n  overflow: hidden;\n  text-overflow: ellipsis;\n  white-space: nowrap;\n  font-weight: 500;\n}\n\n/* Chips that do not fit wrap out of sight. */\n.chips {\n  flex: 0 1 auto;\n  min-width: 0;\n  height: 26px;\n  display: flex;\n  flex-wrap: wrap;\n  gap: 0 8px;\n  overflow: hidden;\n}\n\n.chip {\n  display: inline-flex;\n  align-items: center;\n  gap: 5px;\n  flex: 0 1 auto;\n  min-width: 0;\n  max-width: min(100%, 620px);\n  height: 26px;\n  padding: 0 10px 0 7px;\n  border: 1px solid var(--border);\n  border-radius: 13px;\n  background: var(--background);\n  cursor: pointer;\n  white-space: nowrap;\n}\n\n.chip.error {\n  border-color: var(--error);\n}\n\n.chip.warning {\n  border-color: var(--warning);\n}\n\n.chip:hover {\n  background: var(--hover);\n}\n\n.chip[aria-pressed='true'] {\n  background: var(--selected);\n}\n\n.chip svg {\n  flex: none;\n}\n\n.chip-title {\n  overflow: hidden;\n  text-overflow: ellipsis;\n}\n\n.severity.error {\n  color: var(--error);\n  fill: var(--error);\n}\n\n.severity.warning {\n  color: var(--warning);\n  fill: var(--warning);\n}\n\n.severity.note {\n  color: var(--note);\n  fill: var(--note);\n}\n\n.findings-line .menu {\n  flex: none;\n}\n\n.findings-all {\n  width: min(720px, 90vw);\n  max-height: 60vh;\n  padding: 8px;\n  gap: 5px;\n  overflow-y: auto;\n}\n\n.findings-all .chip {\n  max-width: 100%;\n  padding: 0 10px 0 7px;\n  border: 1px solid var(--border);\n}\n\n/* A finding in full, and the thresholds, above the selected layer */\n.finding-panel {\n  padding: 10px 14px 12px;\n  border-bottom: 1px solid var(--border);\n  line-height: 1.5;\n}\n\n.app .finding-panel:focus {\n  outline: none;\n}\n\n.finding-panel > header {\n  display: flex;\n  align-items: flex-start;\n  gap: 8px;\n}\n\n.finding-panel > header h2 {\n  flex: 1;\n  font-size: 14px;\n  font-weight: 500;\n  line-height: 1.35;\n  overflow-wrap: anywhere;\n}\n\n.finding-panel > header svg.severity {\n  flex: none;\n  margin-top: 1px;\n}\n\n.finding-panel > header .icon-button {\n  margin: -5px -6px 0 0;\n}\n\n.finding-panel > p {\n  margin-top: 5px;\n  max-width: 76ch;\n}\n\n.finding-panel h3 {\n  margin: 10px 0 2px;\n  font-size: 12px;\n  font-weight: 500;\n}\n\n.finding-panel ol {\n  margin: 0;\n  padding-left: 20px;\n  max-width: 80ch;\n}\n\n.finding-panel li {\n  padding: 2px 0;\n}\n\n.evidence {\n  margin-top: 8px;\n  border-collapse: collapse;\n}\n\n.evidence th,\n.evidence td {\n  padding: 2px 16px 2px 0;\n  font-weight: 400;\n  text-align: left;\n  vertical-align: top;\n}\n\n.evidence .number {\n  text-align: right;\n}\n\n.evidence thead th {\n  color: var(--muted);\n}\n\n.evidence tbody tr {\n  border-top: 1px solid var(--grid);\n}\n\n.link {\n  padding: 0;\n  border: 0;\n  background: none;\n  cursor: pointer;\n  text-align: left;\n  text-decoration: underline;\n  text-underline-offset: 2px;\n}\n\n.app .link {\n  color: var(--focus);\n}\n\n.code {\n  display: flex;\n  align-items: flex-start;\n  gap: 6px;\n  margin: 3px 0 4px;\n}\n\n.code pre {\n  flex: 1;\n  min-width: 0;\n  margin: 0;\n  padding: 5px 8px;\n  border-radius: 4px;\n  border: 1px solid var(--border);\n  background: var(--surface);\n  white-space: pre-wrap;\n  overflow-wrap: anywhere;\n  font:\n    11px/1.5 'Roboto Mono',\n    Menlo,\n    Consolas,\n    'Liberation Mono',\n    monospace;\n}\n\n.code code {\n  font: inherit;\n}\n\n.related {\n  display: flex;\n  flex-direction: column;\n  align-items: flex-start;\n  gap: 4px;\n}\n\n.related .chip {\n  max-width: 100%;\n}\n\n.thresholds {\n  margin: 6px 0 0;\n  padding: 0;\n  list-style: none;\n}\n\n.thresholds li {\n  display: grid;\n  grid-template-columns: minmax(150px, 1fr) minmax(90px, 160px) 84px;\n  align-items: center;\n  gap: 0 10px;\n  padding: 5px 0;\n  border-top: 1px solid var(--grid);\n}\n\n.thresholds b {\n  font-weight: 400;\n}\n\n.thresholds .changed b {\n  font-weight: 600;\n}\n\n.threshold-name {\n  display: flex;\n  flex-wrap: wrap;\n  gap: 0 8px;\n}\n\n.thresholds input[type='number'] {\n  height: 24px;\n  padding: 0 4px;\n  border: 1px solid var(--border);\n  border-radius: 4px;\n  background: var(--background);\n  text-align: right;\n}\n\n.thresholds input[type='range'] {\n  min-width: 0;\n  accent-color: var(--focus);\n}\n\n.thresholds p {\n  grid-column: 1 / -1;\n  font-size: 11px;\n}\n\n.finding-mark {\n  display: inline-grid;\n  place-items: center;\n  width: 18px;\n  height: 18px;\n  margin: 0 3px 0 -5px;\n  padding: 0;\n  border: 0;\n  background: none;\n  cursor: pointer;\n  vertical-align: middle;\n}\n",
	"/* Probe samples */\n.inputs figure {\n  width: 104px;\n}\n\n.tiles-content > canvas {\n  color: var(--muted);\n}\n\n.tokens {\n  max-height: 60px;\n  overflow: hidden;\n  overflow-wrap: anywhere;\n  font:\n    10px/1.35 'Roboto Mono',\n    Menlo,\n    Consolas,\n    'Liberation Mono',\n    monospace;\n}\n\n.guesses {\n  width: 100px;\n  margin: 2px 0 0;\n  padding: 0;\n  list-style: none;\n  font-size: 10px;\n  line-height: 13px;\n}\n\n.guesses li {\n  position: relative;\n  display: flex;\n  justify-content: space-between;\n  padding: 0 3px;\n}\n\n.guesses .bar {\n  inset: 1px auto 1px 0;\n  max-width: 100%;\n}\n\n.guesses span,\n.guesses b {\n  position: relative;\n  font-weight: 400;\n}\n\n.guesses .true span {\n  font-weight: 600;\n}\n\n/* Where the model looks */\n.heat-cards,\n.function-cards {\n  flex: 1;\n  min-height: 0;\n  overflow: auto;\n  display: flex;\n  flex-wrap: wrap;\n  align-content: flex-start;\n  align-items: flex-start;\n  gap: 16px;\n  padding: 12px;\n}\n\n.heat-card {\n  max-width: 100%;\n}\n\n.heat-card figcaption {\n  margin-bottom: 4px;\n}\n\n.heat-pictures {\n  display: flex;\n  gap: 8px;\n}\n\n.heat-over {\n  position: relative;\n}\n\n.heat-pictures canvas {\n  display: block;\n  image-rendering: pixelated;\n}\n\n.heat.over {\n  position: absolute;\n  inset: 0;\n}\n\n.heat-strip {\n  display: flex;\n  flex-wrap: wrap;\n  gap: 3px 1px;\n  margin: 0;\n  padding: 0;\n  list-style: none;\n  font-size: 10px;\n  text-align: center;\n}\n\n.heat-strip li {\n  min-width: 22px;\n}\n\n.heat-strip i {\n  display: block;\n  height: 22px;\n}\n\n/* Activation functions */\n.function-card {\n  flex: none;\n  width: 258px;\n  padding: 6px 8px;\n  border: 1px solid var(--border);\n  border-radius: 4px;\n}\n\n.function-card.selected {\n  border-color: var(--accent);\n  box-shadow: inset 0 0 0 1px var(--accent);\n}\n\n.function-card figcaption {\n  display: flex;\n  gap: 8px;\n  margin-bottom: 4px;\n  white-space: nowrap;\n}\n\n.function-card b {\n  font-weight: 500;\n}\n\n.plain {\n  min-width: 0;\n  padding: 0;\n  border: 0;\n  background: none;\n  cursor: pointer;\n  overflow: hidden;\n  text-overflow: ellipsis;\n}\n\n.function-card svg {\n  display: block;\n  width: 100%;\n}\n\n.function-card .room {\n  fill: var(--surface);\n}\n\n.function-card .bars {\n  fill: var(--line-other);\n}\n\n.function-card .curve {\n  fill: none;\n  stroke: var(--line);\n  stroke-width: 1.5;\n}\n\n.function-card .axis,\n.function-card .zero {\n  stroke: var(--border);\n}\n\n.function-card text {\n  font-size: 10px;\n  fill: var(--muted);\n  stroke: var(--surface);\n  stroke-width: 3px;\n  paint-order: stroke;\n}\n\n.layer-functions {\n  padding-bottom: 8px;\n}\n\n.layer-functions .function-card {\n  width: 270px;\n  margin: 4px 0 0 14px;\n  border: 0;\n  padding: 0;\n}\n\n/* Weights */\n.weight-curves.picture {\n  flex: 2 1 0;\n  min-height: 300px;\n}\n\n.unit-norms {\n  flex: none;\n  padding: 4px 12px 0;\n  color: var(--muted);\n  font-size: 11px;\n}\n\n.unit-norms svg,\n.unit-weights svg {\n  display: block;\n  width: 100%;\n  height: 30px;\n}\n\n.unit-norms path,\n.unit-weights path {\n  fill: var(--line);\n}\n\n.unit-weights {\n  flex: none;\n  padding-bottom: 6px;\n}\n\n.unit-weights p,\n.unit-weights svg {\n  margin-left: 14px;\n  width: calc(100% - 14px);\n}\n\n.unit-weights svg {\n  height: 40px;\n}\n\n.unit-weights .reading {\n  margin-right: 6px;\n  white-space: nowrap;\n}\n\n/* Lines of Over time, and pinned layers */\n.line-legend {\n  flex: none;\n  display: flex;\n  align-items: center;\n  gap: 14px;\n  padding: 6px 0 0 var(--gutter);\n  white-space: nowrap;\n  overflow: hidden;\n}\n\n.button[aria-pressed='true'] {\n  background: var(--selected);\n}\n\n.line-legend .button,\n.layer-title .button {\n  flex: none;\n  height: 22px;\n}\n\n.layer-title {\n  display: flex;\n  align-items: flex-start;\n  justify-content: space-between;\n  gap: 10px;\n}\n\n/* Narrow windows */\n@media (max-width: 1400px) {\n  .app .overview td,\n  .app .overview thead button {\n    padding: 0 5px;\n  }\n\n  .app .overview thead th:first-child button {\n    padding-left: 12px;\n  }\n\n  .overview td.number > span {\n    contain-intrinsic-width: 45px;\n  }\n\n  .app .overview td.share > span {\n    contain-intrinsic-width: 34px;\n  }\n\n  .app .view-bar select {\n    max-width: 112px;\n  }\n}\n",
	"/* Steering a running training */\n.scrubber-bar:has(.control-bar) {\n  grid-template-columns: auto minmax(0, 1fr) 150px auto;\n}\n\n.control-bar {\n  display: flex;\n  align-items: center;\n  gap: 2px;\n  align-self: stretch;\n  margin: 8px 0;\n  padding-left: 12px;\n  border-left: 1px solid var(--border);\n  white-space: nowrap;\n}\n\n.control-bar .freshness {\n  min-width: 66px;\n}\n\n.app .control-bar .button {\n  margin-left: 6px;\n}\n\n.button[aria-pressed='true'] {\n  background: var(--selected);\n  border-color: var(--accent);\n}\n\n.button:disabled {\n  opacity: 0.5;\n  cursor: default;\n}\n\n.control-bar[data-status='paused'] .freshness {\n  color: var(--accent-text);\n  font-weight: 500;\n}\n\n.control-bar[data-status='paused'] .freshness > i {\n  background: var(--accent);\n}\n\n.control-marks path {\n  fill: var(--text);\n  stroke: none;\n}\n\n.control-marks path:first-child {\n  fill: none;\n  stroke: var(--text);\n  stroke-opacity: 0.55;\n  stroke-dasharray: 2 2;\n}\n\n.steer-row {\n  display: grid;\n  grid-template-columns: 80px minmax(0, 1fr);\n  gap: 8px;\n  padding: 5px 0;\n  border-top: 1px solid var(--grid);\n}\n\n.steer > p + .steer-row,\n.steer form > p + .steer-row {\n  margin-top: 8px;\n}\n\n.steer-row > span {\n  line-height: 26px;\n}\n\n.steer .steer-row .button {\n  padding: 0 9px;\n}\n\n.steer-row > div {\n  display: flex;\n  flex-wrap: wrap;\n  align-items: center;\n  gap: 4px 5px;\n}\n\n.steer .button {\n  max-width: 100%;\n  overflow: hidden;\n  text-overflow: ellipsis;\n  white-space: nowrap;\n}\n\n.steer .field {\n  gap: 4px;\n  margin: 0;\n}\n\n.steer input {\n  width: 54px;\n  height: 26px;\n  padding: 0 6px;\n  border: 1px solid var(--border);\n  border-radius: 4px;\n  background: var(--background);\n}\n\n.steer input[type='password'] {\n  width: 260px;\n}\n\n.breakpoint {\n  display: inline-flex;\n  align-items: center;\n  max-width: 100%;\n  padding-left: 8px;\n  border: 1px solid var(--border);\n  border-radius: 13px;\n  background: var(--surface);\n}\n\n.breakpoint .icon-button {\n  width: 24px;\n  height: 24px;\n}\n\n.looked {\n  padding-top: 6px;\n  border-top: 1px solid var(--grid);\n}\n\n.looked ul {\n  display: flex;\n  flex-wrap: wrap;\n  gap: 8px;\n  margin: 6px 0 0;\n  padding: 0;\n  list-style: none;\n}\n\n.looked li {\n  display: flex;\n  flex-direction: column;\n  align-items: flex-start;\n  max-width: 84px;\n  min-width: 66px;\n  padding: 0;\n  line-height: 1.35;\n}\n\n.looked canvas {\n  image-rendering: pixelated;\n}\n\n.looked-maps {\n  display: flex;\n  height: 240px;\n  margin-top: 6px;\n}\n"
].join("\n");
// src/index.tsx
function render() {
	document.title = "Keras Inspect";
	document.documentElement.lang = "en";
	const sheet = document.createElement("style");
	sheet.textContent = style_default;
	document.head.append(sheet);
	const root = document.createElement("div");
	root.className = "root";
	document.body.append(root);
	Q(a(App, { session: new Session(connectHost(), new Client()) }), root);
}
export { render };
