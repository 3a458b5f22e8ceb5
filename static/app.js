// Every page works without this file. It wakes the GOV.UK components that a page holds: an error
// summary takes the focus, an upload field takes a dropped file. Pages without one load nothing more.
if (document.querySelector('[data-module^="govuk-"]')) {
  document.body.classList.add('js-enabled', 'govuk-frontend-supported')
  import('./vendor/govuk-frontend-6.6.0/govuk-frontend.min.js').then(({ initAll }) => initAll())
}
