// A search page of InstantSearch.js. Nothing in it knows Endcap but the two places that name a host
// and the tag that says which searches are meant.
import { liteClient } from 'algoliasearch/lite';
import instantsearch from 'instantsearch.js';
import * as widgets from 'instantsearch.js/es/widgets';
import insightsClient from 'search-insights';

const address = new URLSearchParams(location.search);
const endcap = new URL(address.get('endcap') ?? 'http://127.0.0.1:8000');
const endless = address.has('endless');
const INDEX = 'items';

// Both names are needed by the client. A key counts where ENDCAP_PUBLIC_SEARCH is false: then it is
// one with the scopes `search` and `events`.
const APP = 'endcap';
const KEY = address.get('key') ?? 'public';

const client = liteClient(APP, KEY, {
  hosts: [{ url: endcap.host, accept: 'readWrite', protocol: endcap.protocol.replace(':', '') }],
});

// Every search is one that the shopper means, but for those of a text that is still being typed: the
// tag tells Endcap which is which, so that typing is not counted as searching.
let typing = false;
const searchClient = {
  ...client,
  search(requests) {
    const analyticsTags = typing ? [] : ['final'];
    typing = false;
    return client.search(
      requests.map((request) => ({ ...request, params: { ...request.params, analyticsTags } })),
    );
  },
};

const search = instantsearch({
  indexName: INDEX,
  searchClient,
  insights: {
    insightsClient,
    insightsInitParams: { host: endcap.origin, useCookie: true },
  },
  future: { preserveSharedStateOnUnmount: true },
});

const money = (price, currency) =>
  price === null ? '' : new Intl.NumberFormat('en', { style: 'currency', currency }).format(price);

function bought(hit, subtype) {
  return { eventSubtype: subtype, currency: hit.currency, objectData: [{ price: hit.price, quantity: 1 }] };
}

function hitTemplate(hit, { html, components, sendEvent }) {
  const convert = (event, name, subtype) => {
    event.stopPropagation();
    sendEvent('conversion', hit, name, bought(hit, subtype));
  };
  return html`
    <article
      data-id="${hit.objectID}"
      data-brand="${hit.brand}"
      data-colour="${hit.attributes.colour ?? ''}"
      data-categories="${hit.categories.join(' > ')}"
      data-price="${hit.price}"
    >
      ${hit.image_url && html`<img src="${new URL(hit.image_url, endcap)}" alt="" loading="lazy" />`}
      <h3>
        <button class="title" onClick=${() => sendEvent('click', hit, 'Product clicked')}>
          ${components.Highlight({ hit, attribute: 'title' })}
        </button>
      </h3>
      <p class="brand">${hit.brand}</p>
      <p>${components.Snippet({ hit, attribute: 'description' })}</p>
      <p class="price">${money(hit.price, hit.currency)}</p>
      <button class="cart" onClick=${(e) => convert(e, 'Added to cart', 'addToCart')}>Add to cart</button>
      <button class="buy" onClick=${(e) => convert(e, 'Bought', 'purchase')}>Buy</button>
    </article>
  `;
}

const hitTemplates = {
  item: hitTemplate,
  empty: ({ query }, { html }) => html`<p>Nothing was found for “${query}”.</p>`,
};

search.addWidgets([
  widgets.configure({ hitsPerPage: 12, attributesToSnippet: ['description:20'] }),
  widgets.searchBox({
    container: '#searchbox',
    placeholder: 'Search',
    queryHook(query, refine) {
      typing = true;
      setTimeout(() => (typing = false)); // Where the text has not changed, nothing is searched.
      refine(query);
    },
  }),
  widgets.stats({ container: '#stats' }),
  widgets.sortBy({
    container: '#sort',
    items: [
      { label: 'Relevance', value: INDEX },
      { label: 'Price, lowest first', value: `${INDEX}_price_asc` },
      { label: 'Price, highest first', value: `${INDEX}_price_desc` },
      { label: 'Best rated', value: `${INDEX}_rating_desc` },
      { label: 'Newest', value: `${INDEX}_newest_desc` },
    ],
  }),
  widgets.currentRefinements({ container: '#current' }),
  widgets.clearRefinements({ container: '#clear', templates: { resetLabel: () => 'Clear filters' } }),
  widgets.hierarchicalMenu({
    container: '#categories',
    attributes: ['categories.lvl0', 'categories.lvl1', 'categories.lvl2'],
  }),
  widgets.refinementList({
    container: '#brand',
    attribute: 'brand',
    operator: 'or',
    searchable: true,
    searchablePlaceholder: 'Find a brand',
    limit: 8,
    showMore: true,
  }),
  // An attribute of the shop's own, by its bare name; `attributes.colour` is the same.
  widgets.refinementList({ container: '#colour', attribute: 'colour', operator: 'and', limit: 8 }),
  widgets.rangeSlider({ container: '#price', attribute: 'price', pips: false }),
  ...(endless
    ? [widgets.infiniteHits({ container: '#hits', templates: hitTemplates })]
    : [
        widgets.hits({ container: '#hits', templates: hitTemplates }),
        widgets.pagination({ container: '#pagination' }),
      ]),
  // What other shoppers have searched for and found, from an index of its own.
  widgets.index({ indexName: `${INDEX}_query_suggestions`, indexId: 'suggestions' }).addWidgets([
    widgets.configure({ hitsPerPage: 5, page: 0 }),
    widgets.hits({
      container: '#suggestions',
      escapeHTML: true,
      templates: {
        item: (hit, { html, components }) => html`
          <button onClick=${() => searchFor(hit.query)}>
            ${components.Highlight({ hit, attribute: 'query' })}
          </button>
        `,
        empty: () => '',
      },
    }),
  ]),
]);

function searchFor(query) {
  search.setUiState((state) => ({ ...state, [INDEX]: { ...state[INDEX], query, page: 1 } }));
}

const mode = document.querySelector('#mode');
const other = new URLSearchParams(address);
if (endless) other.delete('endless');
else other.set('endless', '1');
mode.href = `?${other}`;
mode.textContent = endless ? 'Show pages' : 'Show endless results';

search.on('error', ({ error }) => {
  document.querySelector('#stats').textContent = error?.message ?? 'The search does not answer';
});
window.search = search;
search.start();

// Enter: the widget has asked for the text already, and would leave it at that.
document.querySelector('#searchbox form').addEventListener('submit', () => search.refresh());
